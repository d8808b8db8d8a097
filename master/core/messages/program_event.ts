import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Program, ProgramStateMessage } from "../../../protocol/messages/program.ts";

/** This executable can be had from the master. Not durable: it is looked at again at every start. */
export interface ProgramHeld {
  readonly type: "program_held";
  readonly program: Program;
}

/** The node is told of the executable for its kind of host. */
export interface ProgramOffered {
  readonly type: "program_offered";
  readonly nodeId: string;
  readonly program: Program;
  readonly atMs: number;
}

/** How the node stands to what it was offered. */
export interface ProgramReported {
  readonly type: "program_reported";
  readonly nodeId: string;
  readonly digest: Digest;
  readonly version: string;
  readonly state: ProgramStateMessage["state"];
  readonly reason: string | null;
  readonly atMs: number;
}

/** Events about executables of dml and how nodes stand to them. */
export type ProgramEvent = ProgramHeld | ProgramOffered | ProgramReported;

/** How one node stands to the executable that it was offered last. */
export interface ProgramStatus {
  readonly digest: Digest;
  readonly version: string;
  readonly state: "offered" | ProgramStateMessage["state"];
  readonly reason: string | null;
  /** Since when, on the monotonic clock. */
  readonly sinceMs: number;
}
