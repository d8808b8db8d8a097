import { DmlError } from "../../../protocol/kernel/errors.ts";

/** One of the four ways in which a number is written: an offset, and bits that are added to it. */
export interface NumberForm {
  readonly offset: number;
  readonly bits: number;
}

/** The four forms of a number; two bits before it say which. */
export type NumberForms = readonly [NumberForm, NumberForm, NumberForm, NumberForm];

/**
 * A reader of bits from the lowest of each byte (ISO/IEC 18181-1, B.2). Throws `image_unreadable`
 * past the end.
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(count: number): number {
    if (this.#at + count > this.#bytes.length * 8) {
      throw new DmlError("image_unreadable", "The JPEG XL is cut short.");
    }
    let value = 0;
    for (let index = 0; index < count; index++, this.#at++) {
      value += ((this.#bytes[this.#at >> 3] >> (this.#at & 7)) & 1) * 2 ** index;
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** Reads a number that is written in one of four forms. */
  number(forms: NumberForms): number {
    const { offset, bits } = forms[this.bits(2)];
    return offset + this.bits(bits);
  }

  /** Skips `count` bits; the next read notices if there are fewer. */
  skip(count: number): void {
    this.#at += count;
  }
}

/** A number that takes no bits beyond the choice of its form. */
export function value(offset: number): NumberForm {
  return { offset, bits: 0 };
}

/** A number of `bits` bits, to which `offset` is added. */
export function bitsFrom(offset: number, bits: number): NumberForm {
  return { offset, bits };
}
