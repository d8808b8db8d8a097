import { DmlError } from "../../protocol/kernel/errors.ts";

/**
 * A reader of numbers in unchecked bytes; every method throws `image_unreadable` past their end.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;

  constructor(bytes: Uint8Array, options: { littleEndian?: boolean } = {}) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#littleEndian = options.littleEndian ?? false;
  }

  get length(): number {
    return this.bytes.length;
  }

  uint8(offset: number): number {
    this.#need(offset, 1);
    return this.bytes[offset];
  }

  uint16(offset: number): number {
    this.#need(offset, 2);
    return this.#view.getUint16(offset, this.#littleEndian);
  }

  uint24(offset: number): number {
    this.#need(offset, 3);
    const [first, middle, last] = this.bytes.subarray(offset, offset + 3);
    return this.#littleEndian ? first | (middle << 8) | (last << 16) : (first << 16) | (middle << 8) | last;
  }

  uint32(offset: number): number {
    this.#need(offset, 4);
    return this.#view.getUint32(offset, this.#littleEndian);
  }

  /** Returns `length` bytes as Latin-1, so that four-letter codes can be compared as text. */
  ascii(offset: number, length: number): string {
    return String.fromCharCode(...this.slice(offset, length));
  }

  /** Returns a view of `length` bytes, not a copy. */
  slice(offset: number, length: number): Uint8Array {
    this.#need(offset, length);
    return this.bytes.subarray(offset, offset + length);
  }

  #need(offset: number, length: number): void {
    if (offset >= 0 && length >= 0 && offset + length <= this.bytes.length) return;
    throw new DmlError("image_unreadable", "The picture is cut short.");
  }
}
