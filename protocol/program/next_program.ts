import type { Digest } from "../kernel/digest.ts";
import type { Program } from "../messages/program.ts";
import { isNewer } from "./executable.ts";

/** A program that did not come up. */
export interface FailedProgram {
  readonly version: string;
  readonly digest: Digest;
  /** For people. */
  readonly reason: string;
  readonly tries: number;
  /** Never tried again; else the fault may not have been its own. */
  readonly isFinal: boolean;
}

/** What is known on a host of programs that came from a master. */
export interface ProgramRecords {
  /** To be tried. */
  readonly pending: Program | null;
  /** It came up here: the master has taken it in. */
  readonly good: Program | null;
  readonly failed: readonly FailedProgram[];
}

/** A program without a fault of its own is tried so often. */
const TRIES_MAX = 3;

/** What is started when `own` is the version of the file that a person started: that one, a newer one, or one to be tried. Pure. */
export function nextProgram(
  { pending, good, failed }: ProgramRecords,
  own: string,
): { readonly run: "own" } | { readonly run: "newer" | "trial"; readonly program: Program } {
  const isBroken = ({ digest }: Program) => failed.some((fault) => fault.isFinal && fault.digest === digest);
  const newer = good !== null && isNewer(good.version, own) && !isBroken(good) ? good : null;
  if (pending !== null && isNewer(pending.version, newer?.version ?? own) && !isBroken(pending)) {
    return { run: "trial", program: pending };
  }
  return newer === null ? { run: "own" } : { run: "newer", program: newer };
}

/** What is remembered of `program`, which did not come up; `wasCutOff`: it never reached its master, which may be the master's fault. Pure. */
export function failureOf(
  program: Program,
  { reason, wasCutOff, before }: {
    readonly reason: string;
    readonly wasCutOff: boolean;
    readonly before: FailedProgram | undefined;
  },
): FailedProgram {
  const tries = (before?.tries ?? 0) + 1;
  return {
    version: program.version,
    digest: program.digest,
    reason,
    tries,
    isFinal: !wasCutOff || tries >= TRIES_MAX,
  };
}
