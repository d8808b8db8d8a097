/** Memory for bytes that are needed for a short time again and again: what is given back is given out next. */
export class BufferPool {
  readonly #bytesMax: number;
  #spare: Uint8Array<ArrayBuffer> | null = null;

  /** More than `bytesMax` bytes at once are not kept. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** `size` bytes of anything. */
  take(size: number): Uint8Array<ArrayBuffer> {
    if (size > this.#bytesMax) return new Uint8Array(size);
    const spare = this.#spare ?? new Uint8Array(this.#bytesMax);
    this.#spare = null;
    return spare.subarray(0, size);
  }

  /** Whoever took `bytes` looks at them no more, nor does anybody else. */
  release(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.buffer.byteLength === this.#bytesMax) this.#spare = new Uint8Array(bytes.buffer);
  }
}
