import { BoundedQueue } from "../kernel/bounded_queue.ts";
import { invariant } from "../kernel/invariant.ts";

/** Bytes in transit before a writer has to wait, as in the buffers of a socket. */
const BYTES_MAX = 256 * 1024;

/**
 * A one-way stream of bytes within this process. The writer waits while too many bytes are in
 * transit.
 */
export class MemoryPipe {
  readonly #chunkBytes: number;
  /** Each write holds at least one byte, so there cannot be more writes than bytes. */
  readonly #writes = new BoundedQueue<Uint8Array<ArrayBuffer>>(BYTES_MAX + 1);
  #bytes = 0;
  #state: "open" | "ended" | "broken" = "open";
  #changed = Promise.withResolvers<void>();

  /** Reads return at most `chunkBytes` at once. */
  constructor(chunkBytes: number) {
    invariant(chunkBytes > 0, `a chunk needs at least 1 byte, not ${chunkBytes}`);
    this.#chunkBytes = chunkBytes;
  }

  /**
   * Writes a copy of `bytes` and resolves when there is room for more. Resolves to false if the
   * pipe ended first.
   */
  async write(bytes: Uint8Array): Promise<boolean> {
    if (this.#state !== "open") return false;
    if (bytes.length === 0) return true;
    invariant(this.#writes.push(bytes.slice()), "one write at a time");
    this.#bytes += bytes.length;
    this.#change();
    while (this.#bytes > BYTES_MAX && this.#state === "open") await this.#changed.promise;
    return this.#bytes <= BYTES_MAX && !this.#isBroken;
  }

  get #isBroken(): boolean {
    return this.#state === "broken";
  }

  /** Yields the written bytes until the end. Only one reader is allowed. */
  async *read(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    while (!this.#isBroken) {
      const bytes = this.#writes.shift();
      if (bytes !== undefined) yield* this.#pieces(bytes);
      else if (this.#state === "ended") return;
      else await this.#changed.promise;
    }
  }

  /** Ends the pipe on the side of the writer. Bytes in transit still arrive. */
  end(): void {
    if (this.#state === "open") this.#state = "ended";
    this.#change();
  }

  /** Ends the pipe on the side of the reader. Bytes in transit are lost. */
  break(): void {
    this.#state = "broken";
    this.#writes.drain();
    this.#bytes = 0;
    this.#change();
  }

  *#pieces(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>, void> {
    for (let start = 0; start < bytes.length; start += this.#chunkBytes) {
      if (this.#isBroken) return;
      const piece = bytes.subarray(start, start + this.#chunkBytes);
      this.#bytes -= piece.length;
      this.#change();
      yield piece;
    }
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
