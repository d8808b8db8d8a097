import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Program, ProgramStateMessage } from "../../../protocol/messages/program.ts";

/**
 * An executable became available at the master. Not durable: the files are read again at every
 * start.
 */
export interface ProgramAdded {
  readonly type: "program_added";
  readonly program: Program;
}

/** A node was offered the executable for its kind of host. */
export interface ProgramOffered {
  readonly type: "program_offered";
  readonly nodeId: string;
  readonly program: Program;
  readonly atMs: number;
}

/** A node reported on the executable that it was offered. */
export interface ProgramReported {
  readonly type: "program_reported";
  readonly nodeId: string;
  readonly digest: Digest;
  readonly version: string;
  readonly state: ProgramStateMessage["state"];
  readonly reason: string | null;
  readonly atMs: number;
}

/** Events about executables of dml, and about offers of them to nodes. */
export type ProgramEvent = ProgramAdded | ProgramOffered | ProgramReported;
