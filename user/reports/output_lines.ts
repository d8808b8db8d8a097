import type { OutputStream } from "../../protocol/messages/exec.ts";

/** Characters after which a line that does not end is printed as one. */
const LINE_CHARACTERS_MAX = 16 * 1_024;

/** Makes lines of the output of one program, in which characters and lines may be cut anywhere. */
export class OutputLines {
  readonly #onLine: (stream: OutputStream, line: string) => void;
  readonly #streams = {
    stdout: { decoder: new TextDecoder(), rest: "" },
    stderr: { decoder: new TextDecoder(), rest: "" },
  };

  /** `onLine` receives each line without its end. */
  constructor(onLine: (stream: OutputStream, line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes of a stream. */
  add(stream: OutputStream, bytes: Uint8Array<ArrayBuffer>): void {
    const { decoder } = this.#streams[stream];
    this.#take(stream, decoder.decode(bytes, { stream: true }));
  }

  /** Takes what is left of both streams: the last line may have no end. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const { decoder } = this.#streams[stream];
      this.#take(stream, decoder.decode());
      const { rest } = this.#streams[stream];
      this.#streams[stream].rest = "";
      if (rest !== "") this.#onLine(stream, rest);
    }
  }

  #take(stream: OutputStream, text: string): void {
    const lines = (this.#streams[stream].rest + text).split("\n");
    let rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(stream, line.endsWith("\r") ? line.slice(0, -1) : line);
    for (; rest.length > LINE_CHARACTERS_MAX; rest = rest.slice(LINE_CHARACTERS_MAX)) {
      this.#onLine(stream, rest.slice(0, LINE_CHARACTERS_MAX));
    }
    this.#streams[stream].rest = rest;
  }
}
