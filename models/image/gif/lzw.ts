import { DmlError } from "../../../protocol/kernel/errors.ts";

const CODES_MAX = 4096;

/** A decoder of the LZW of GIF (GIF89a specification, appendix F), read a row at a time. */
export class GifLzw {
  readonly #bytes: Uint8Array;
  readonly #rootBits: number;
  /** The last index of each code, and the code of the indices before it. */
  readonly #lasts = new Uint8Array(CODES_MAX);
  readonly #prefixes = new Uint16Array(CODES_MAX);
  /** Indices that are decoded but not yet read, last first. */
  readonly #pending = new Uint8Array(CODES_MAX + 1);
  #pendingCount = 0;
  #position = 0;
  #bits = 0;
  #bitCount = 0;
  #codeBits = 0;
  #nextCode = 0;
  #previous = -1;
  #first = 0;

  /** Begins with the joined sub-blocks `bytes`; `rootBits` is the LZW minimum code size. */
  constructor(bytes: Uint8Array, rootBits: number) {
    if (rootBits < 1 || rootBits > 8) {
      throw new DmlError("image_unreadable", `The GIF is damaged: its codes have ${rootBits} bits.`);
    }
    this.#bytes = bytes;
    this.#rootBits = rootBits;
    for (let index = 0; index < 1 << rootBits; index++) this.#lasts[index] = index;
    this.#clear();
  }

  /** Fills `row` with the next indices; throws `image_unreadable` if there are too few. */
  read(row: Uint8Array): void {
    for (let x = 0; x < row.length; x++) {
      if (this.#pendingCount === 0) this.#decode();
      row[x] = this.#pending[--this.#pendingCount];
    }
  }

  #clear(): void {
    this.#codeBits = this.#rootBits + 1;
    this.#nextCode = (1 << this.#rootBits) + 2;
    this.#previous = -1;
  }

  #decode(): void {
    const clearCode = 1 << this.#rootBits;
    let code = this.#readCode();
    while (code === clearCode) {
      this.#clear();
      code = this.#readCode();
    }
    if (code === clearCode + 1) throw cutShort();
    const known = code < this.#nextCode && (code < clearCode || code > clearCode + 1);
    if (!known && (code !== this.#nextCode || this.#previous === -1)) {
      throw new DmlError("image_unreadable", "The GIF is damaged.");
    }
    // A code that is being defined stands for the previous one followed by its own first index.
    if (!known) this.#pending[this.#pendingCount++] = this.#first;
    let at = known ? code : this.#previous;
    while (at >= clearCode) {
      this.#pending[this.#pendingCount++] = this.#lasts[at];
      at = this.#prefixes[at];
    }
    this.#pending[this.#pendingCount++] = at;
    this.#first = at;
    this.#define();
    this.#previous = code;
  }

  /** Defines the next code: the previous one followed by the first index of this one. */
  #define(): void {
    if (this.#previous === -1 || this.#nextCode === CODES_MAX) return;
    this.#lasts[this.#nextCode] = this.#first;
    this.#prefixes[this.#nextCode] = this.#previous;
    this.#nextCode++;
    if (this.#nextCode === 1 << this.#codeBits && this.#codeBits < 12) this.#codeBits++;
  }

  #readCode(): number {
    while (this.#bitCount < this.#codeBits) {
      if (this.#position === this.#bytes.length) throw cutShort();
      this.#bits |= this.#bytes[this.#position++] << this.#bitCount;
      this.#bitCount += 8;
    }
    const code = this.#bits & ((1 << this.#codeBits) - 1);
    this.#bits >>>= this.#codeBits;
    this.#bitCount -= this.#codeBits;
    return code;
  }
}

function cutShort(): DmlError {
  return new DmlError("image_unreadable", "The GIF is cut short.");
}
