/** Reader of the lines of a stream, one at a time, for questions on a terminal. */
export class LineReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #decoder = new TextDecoder();
  #text = "";
  #isOver = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = stream.getReader();
  }

  /** Returns the next line without its line break; `null` at the end or if `signal` aborts. */
  async next(signal: AbortSignal): Promise<string | null> {
    const stop = () => void this.close();
    signal.addEventListener("abort", stop, { once: true });
    try {
      while (!this.#text.includes("\n") && !this.#isOver) {
        const { value, done } = await this.#reader.read();
        this.#text += this.#decoder.decode(value, { stream: !done });
        this.#isOver = done;
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
    if (this.#text === "") return null;
    const [line] = this.#text.split("\n", 1);
    this.#text = this.#text.slice(line.length + 1);
    return line.replace(/\r$/, "");
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}
