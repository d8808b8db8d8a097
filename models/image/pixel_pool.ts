import type { Picture } from "./picture.ts";

/** The largest buffer that is kept for the next picture, in bytes. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024;

/**
 * The pixel buffer of the last picture, kept for the next. Memory that is new to the process costs
 * a page fault every 4 KiB, which for a photo takes longer than filling it, and in which the
 * threads of a process wait for each other.
 */
export class PixelPool {
  #spare: ArrayBuffer | null = null;

  /**
   * Buffers that may be longer than the picture in them. Any other picture that is shorter than its
   * buffer is a view of memory that belongs to something else.
   */
  readonly #own = new WeakSet<ArrayBuffer>();

  /** Returns `length` bytes of undefined content. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spare;
    if (spare !== null && spare.byteLength >= length) {
      this.#spare = null;
      return new Uint8Array(spare, 0, length);
    }
    const fresh = new Uint8Array(length);
    this.#own.add(fresh.buffer);
    return fresh;
  }

  /**
   * Takes back the buffer of `picture`, which nobody may read afterwards. A buffer that is not kept
   * is freed now, not when the collector gets to it.
   */
  release({ data: { buffer, byteLength } }: Picture): void {
    if (!(buffer instanceof ArrayBuffer)) return;
    if (buffer.byteLength !== byteLength && !this.#own.has(buffer)) return;
    const isKept = buffer.byteLength <= KEPT_BYTES_MAX && buffer.byteLength > (this.#spare?.byteLength ?? 0);
    const freed = isKept ? this.#spare : buffer;
    if (isKept) {
      this.#own.add(buffer);
      this.#spare = buffer;
    }
    freed?.transfer(0);
  }
}
