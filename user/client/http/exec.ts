import { execEventSchema, type ExecOutcome, type ExecRequest } from "../../../protocol/http_api/exec_api.ts";
import { nodeExecPath } from "../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { ExecClient, OnOutput } from "../exec_client.ts";
import type { MasterHttp } from "./master_http.ts";

/** Time for which an answer may go on: the longest time of a program, and as long to read its output. */
const ANSWER_MS_MAX = 2 * LIMITS.execTimeoutMaxMs;
/** Characters of a line: one piece of output in base 64 with what is around it, or a reason. */
const LINE_CHARACTERS_MAX = 64 * 1_024;

/** Programs on nodes, run through the HTTP interface of a master. */
export class HttpExecClient implements ExecClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  run(nodeId: string, request: ExecRequest, onOutput: OnOutput): Promise<ExecOutcome> {
    return this.#http.call(nodeExecPath(nodeId), {
      method: "POST",
      body: JSON.stringify(request),
      mediaType: "application/json",
      timeoutMs: ANSWER_MS_MAX,
      read: (response) => this.#read(response, onOutput),
    });
  }

  async #read(response: Response, onOutput: OnOutput): Promise<ExecOutcome> {
    for await (const line of linesOf(response.body ?? new ReadableStream())) {
      if (line === "") continue;
      const event = this.#http.parse(execEventSchema, line);
      if (event.type === "output") {
        onOutput(event.stream, Uint8Array.fromBase64(event.data));
        continue;
      }
      const { type: _, ...outcome } = event;
      return outcome;
    }
    throw new DmlError("connection_lost", "The master ended the answer before the program had ended.", {
      advice: "Ask the node what became of it.",
    });
  }
}

async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > LINE_CHARACTERS_MAX) {
      throw new DmlError("protocol_version", "The master sent a line that is too long.");
    }
  }
}
