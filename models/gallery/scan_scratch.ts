import {
  ANSWERS_OFFSET,
  DIMENSIONS_MAX,
  GREATEST_OFFSET,
  QUERY_OFFSET,
  ROWS_AT_ONCE,
  ROWS_PER_BLOCK,
  SCRATCH_BYTES,
  SCRATCH_USES_AT,
  SCRATCHES,
  SCRATCHES_AT,
} from "../kernels/gallery_places.ts";

const FREE = 0;
const IN_USE = 1;

/**
 * A part of a gallery's memory in which one scan keeps its query and its answers: a kernel has one
 * memory only, and that is shared by all the threads that scan the gallery. The scratch of a thread
 * that ends in the middle of a scan stays taken as long as the memory lives.
 */
export class ScanScratch {
  readonly address: number;
  /** The codes of the query. Those beyond the dimensions of the gallery stay 0. */
  readonly query: Int16Array;
  readonly answers: Float32Array;
  /** Four numbers, the greatest of which is the greatest answer. */
  readonly greatest: Float32Array;
  readonly #uses: Int32Array;
  readonly #number: number;

  private constructor(buffer: ArrayBufferLike, uses: Int32Array, number: number) {
    this.#uses = uses;
    this.#number = number;
    this.address = SCRATCHES_AT + number * SCRATCH_BYTES;
    this.query = new Int16Array(buffer, this.address + QUERY_OFFSET, DIMENSIONS_MAX);
    this.answers = new Float32Array(buffer, this.address + ANSWERS_OFFSET, ROWS_PER_BLOCK);
    this.greatest = new Float32Array(buffer, this.address + GREATEST_OFFSET, ROWS_AT_ONCE);
  }

  /** Takes a scratch that no other scan uses; `null` if there is none. */
  static take({ buffer }: WebAssembly.Memory): ScanScratch | null {
    const uses = new Int32Array(buffer, SCRATCH_USES_AT, SCRATCHES);
    for (let number = 0; number < SCRATCHES; number++) {
      if (Atomics.compareExchange(uses, number, FREE, IN_USE) === FREE) return new ScanScratch(buffer, uses, number);
    }
    return null;
  }

  /** Gives the scratch back. It must not be used afterwards. */
  release(): void {
    Atomics.store(this.#uses, this.#number, FREE);
  }
}
