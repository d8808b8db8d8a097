import type { Digest } from "../kernel/digest.ts";
import type { Program } from "../messages/program.ts";
import { isNewer } from "./executable.ts";

/** A program that was tried and did not start properly. */
export interface FailedProgram {
  readonly version: string;
  readonly digest: Digest;
  /** Reason for people. */
  readonly reason: string;
  readonly tries: number;
  /** True if the program is never tried again; false if the fault may not have been its own. */
  readonly isFinal: boolean;
}

/** Records on a host about programs that came from a master. */
export interface ProgramRecords {
  /** Program to try at the next start; `null` if there is none. */
  readonly pending: Program | null;
  /** Program that has proved itself here: a master admitted it. `null` if there is none. */
  readonly good: Program | null;
  readonly failed: readonly FailedProgram[];
}

/** Number of tries for a program whose failures may not be its own fault. */
const TRIES_MAX = 3;

/**
 * Returns the program to start, where `own` is the version of the file that the person started:
 * that file itself, a newer program, or one to try.
 */
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

/**
 * Returns the record of `program`, which did not start properly. `wasCutOff` is true if it never
 * reached its master, which may be the master's fault.
 */
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
