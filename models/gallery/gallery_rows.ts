import { DmlError } from "../../protocol/kernel/errors.ts";
import { CODES_AT_ONCE, CODES_STRIDE, GALLERY_PAGES_MAX, ROWS_AT } from "../kernels/gallery_places.ts";
import { PAGE_BYTES } from "../kernels/memory.ts";
import { CODE_MAX, quantise } from "./quantise.ts";
import {
  blockAddress,
  blockOf,
  boundAddresses,
  codesAddress,
  floatsAddress,
  type RowLayout,
  rowLayout,
} from "./row_layout.ts";

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * The rows of a gallery in shared memory, written by the one thread that owns it. Slots that are
 * given back are used again.
 */
export class GalleryRows {
  readonly memory = new WebAssembly.Memory({
    initial: Math.ceil(ROWS_AT / PAGE_BYTES),
    maximum: GALLERY_PAGES_MAX,
    shared: true,
  });
  readonly #layout: RowLayout;
  /** The codes of the row that is being written; those beyond its dimensions stay 0. */
  readonly #codes: Int8Array;
  readonly #free: number[] = [];
  #slotCount = 0;
  #blockCount = 0;
  /** All of the memory, as two kinds of numbers. */
  #bytes = new Int8Array(this.memory.buffer);
  #floats = new Float32Array(this.memory.buffer);

  constructor(options: { dimensions: number }) {
    this.#layout = rowLayout(options.dimensions);
    this.#codes = new Int8Array(this.#layout.codeBytes);
  }

  /** The number of slots that were ever in use; all of them are below it. */
  get slotCount(): number {
    return this.#slotCount;
  }

  /**
   * Writes `row` to a free slot and returns that. Throws `gallery_invalid` when there is no more
   * memory.
   */
  write(row: Float32Array): number {
    const slot = this.#free.pop() ?? this.#nextSlot();
    this.#floats.set(row, floatsAddress(this.#layout, slot) / FLOAT_BYTES);
    const { scale, error } = quantise(row, { codes: this.#codes, codeMax: CODE_MAX });
    const at = boundAddresses(this.#layout, slot);
    this.#floats[at.scale / FLOAT_BYTES] = scale;
    this.#floats[at.error / FLOAT_BYTES] = error;
    this.#writeCodes(codesAddress(this.#layout, slot));
    return slot;
  }

  /** Returns true if `slot` holds exactly `row`. */
  holds(slot: number, row: Float32Array): boolean {
    const start = floatsAddress(this.#layout, slot) / FLOAT_BYTES;
    for (let index = 0; index < row.length; index++) {
      if (this.#floats[start + index] !== row[index]) return false;
    }
    return true;
  }

  /** Frees `slots`, which no reader may use any more. */
  free(slots: readonly number[]): void {
    for (const slot of slots) this.#free.push(slot);
  }

  #writeCodes(address: number): void {
    const [codes, bytes] = [this.#codes, this.#bytes];
    let to = address;
    for (let from = 0; from < codes.length; from += CODES_AT_ONCE, to += CODES_STRIDE) {
      for (let index = 0; index < CODES_AT_ONCE; index++) bytes[to + index] = codes[from + index];
    }
  }

  #nextSlot(): number {
    const slot = this.#slotCount;
    if (blockOf(slot) >= this.#blockCount) this.#grow();
    this.#slotCount++;
    return slot;
  }

  #grow(): void {
    const end = blockAddress(this.#layout, this.#blockCount + 1);
    const pages = Math.ceil((end - this.memory.buffer.byteLength) / PAGE_BYTES);
    try {
      if (pages > 0) this.memory.grow(pages);
    } catch (error) {
      const faces = this.#slotCount.toLocaleString("en-US");
      throw new DmlError("gallery_invalid", `There is not enough memory for more than ${faces} faces in one gallery.`, {
        cause: error,
        advice: "Split the people into several galleries, or give the node more memory.",
      });
    }
    this.#blockCount++;
    this.#bytes = new Int8Array(this.memory.buffer);
    this.#floats = new Float32Array(this.memory.buffer);
  }
}
