/**
 * Memory that is needed for a short time again and again: a buffer that was given back is used for
 * the next request.
 */
export class BufferPool {
  readonly #bytesMax: number;
  #spare: Uint8Array<ArrayBuffer> | null = null;

  /** Requests for more than `bytesMax` bytes get memory of their own, which is not kept. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Returns `size` bytes with arbitrary content. */
  take(size: number): Uint8Array<ArrayBuffer> {
    if (size > this.#bytesMax) return new Uint8Array(size);
    const spare = this.#spare ?? new Uint8Array(this.#bytesMax);
    this.#spare = null;
    return spare.subarray(0, size);
  }

  /**
   * Makes `bytes` available for the next request. The caller must not use them, or any view of
   * them, afterwards.
   */
  release(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.buffer.byteLength === this.#bytesMax) this.#spare = new Uint8Array(bytes.buffer);
  }
}
