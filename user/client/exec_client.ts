import type { ExecOutcome, ExecRequest } from "../../protocol/http_api/exec_api.ts";
import type { OutputStream } from "../../protocol/messages/exec.ts";

/** Receives the output of a program, in the order in which it was written to each stream. */
export type OnOutput = (stream: OutputStream, bytes: Uint8Array<ArrayBuffer>) => void;

/** Client that runs programs on nodes. */
export interface ExecClient {
  /**
   * Runs a program on a node and returns how it ended. Closing the client ends the program. Throws
   * `DmlError` if it was not started, or if its end is unknown.
   */
  run(nodeId: string, request: ExecRequest, onOutput: OnOutput): Promise<ExecOutcome>;
}
