/** A process that does its work once for each line that it is given, and prints a number each time. */
export class TurnProcess {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #unread = "";

  constructor(command: string, options: { args: string[]; env?: Record<string, string> }) {
    this.#process = new Deno.Command(command, { ...options, stdin: "piped", stdout: "piped" }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Lets the process work once; returns the milliseconds that it took. */
  async turn(): Promise<number> {
    await this.#input.write(new TextEncoder().encode("\n"));
    return await this.#read();
  }

  /** Ends the process; returns the peak of its resident memory in bytes. */
  async end(): Promise<number> {
    await this.#input.close();
    const bytes = await this.#read();
    await this.#process.status;
    return bytes;
  }

  /** Returns the number in the next line. */
  async #read(): Promise<number> {
    while (!this.#unread.includes("\n")) {
      const { value } = await this.#output.read();
      if (value === undefined) throw new Error("The process ended without an answer.");
      this.#unread += value;
    }
    const end = this.#unread.indexOf("\n");
    const number = Number(this.#unread.slice(0, end));
    this.#unread = this.#unread.slice(end + 1);
    return number;
  }
}
