import type { Program } from "../../protocol/messages/program.ts";
import { isNewer } from "../../protocol/program/executable.ts";
import type { FailedProgram } from "../../protocol/program/next_program.ts";

/** The program of this node, and what it may do about another one. */
export interface OwnProgram {
  readonly version: string;
  /** The kind of host. */
  readonly target: string;
  /** Whoever started this node wants it to take newer programs. */
  readonly takesNewer: boolean;
  /** It was started by something that can start a newer one. */
  readonly canRestart: boolean;
}

/** Why `program` is not taken, for people; null when it is. Pure. */
export function whyDeclined(program: Program, own: OwnProgram, failed: readonly FailedProgram[]): string | null {
  if (program.target !== own.target) return `It is for ${program.target}, and this host is ${own.target}.`;
  if (!isNewer(program.version, own.version)) return `This node runs dml ${own.version} already.`;
  if (!own.takesNewer) return "The node was not started with --upgrade.";
  if (!own.canRestart) return "The node does not run from the portable executable, which alone can start a newer one.";
  const failure = failed.find(({ digest, isFinal }) => isFinal && digest === program.digest);
  if (failure !== undefined) return `It did not come up here: ${failure.reason}`;
  return null;
}
