import type { Program } from "../../protocol/messages/program.ts";
import { isNewer } from "../../protocol/program/executable.ts";
import type { FailedProgram } from "../../protocol/program/next_program.ts";

/** The program that this node runs, and its rules for replacing it. */
export interface OwnProgram {
  readonly version: string;
  /** Target of the build: the operating system and processor of this host. */
  readonly target: string;
  /** True if the node was started with `--upgrade`. */
  readonly takesNewer: boolean;
  /** True if the launcher that started this process can start a newer program. */
  readonly canRestart: boolean;
}

/**
 * Returns the reason to decline `program`, as a sentence for the user; `null` if it can be
 * accepted. Pure.
 */
export function declineReason(program: Program, own: OwnProgram, failed: readonly FailedProgram[]): string | null {
  if (program.target !== own.target) return `It is for ${program.target}, and this host is ${own.target}.`;
  if (!isNewer(program.version, own.version)) return `This node already runs dml ${own.version}.`;
  if (!own.takesNewer) return "The node was not started with --upgrade.";
  if (!own.canRestart) {
    return "The node does not run from the portable executable; only that can start a newer program.";
  }
  const failure = failed.find(({ digest, isFinal }) => isFinal && digest === program.digest);
  if (failure !== undefined) return `It did not start successfully here: ${failure.reason}`;
  return null;
}
