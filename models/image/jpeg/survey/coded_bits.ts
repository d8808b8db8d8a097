import { MARKER, MARKER_START } from "../marker.ts";

/**
 * The bits of coded data up to the next marker, without the zeros that follow bytes of ones (T.81,
 * F.1.2.3). They are taken as libjpeg takes them (jdhuff.c, jdmarker.c): zeros follow the last one,
 * and the end of the file counts as an end marker.
 */
export class CodedBits {
  readonly #bytes: Uint8Array;
  #position: number;
  /** The last `#count` bits of it come next. */
  #bits = 0;
  #count = 0;
  /**
   * The code of the marker that the bits end at and that is not passed yet; `null` if there is
   * none.
   */
  #marker: number | null = null;
  /** True once more bits were taken than there are. */
  #isOut = false;
  #hasEnded = false;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#position = position;
  }

  /** The offset behind the marker that was read last. */
  get position(): number {
    return this.#position;
  }

  /** True once the next marker was looked for at the end of the file. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** True once more bits were taken than there are before the next marker. */
  get isOut(): boolean {
    return this.#isOut;
  }

  /** Returns the next 16 bits and leaves them. */
  peek(): number {
    if (this.#count < 16) this.#fill();
    const rest = this.#count - 16;
    return (rest >= 0 ? this.#bits >>> rest : this.#bits << -rest) & 0xffff;
  }

  /** Takes `count` bits, 16 at most. */
  skip(count: number): void {
    if (this.#count < count) this.#fill();
    this.#isOut ||= count > this.#count;
    this.#count = Math.max(0, this.#count - count);
    this.#bits &= (1 << this.#count) - 1;
  }

  /**
   * Passes what is left before the next marker, which stays the next one. Returns its code and the
   * number of whole bytes that were passed.
   */
  nextMarker(): { marker: number; strayBytes: number } {
    let strayBytes = this.#count >> 3;
    this.#count = 0;
    this.#bits = 0;
    while (this.#marker === null) {
      if (this.#nextByte() !== null) strayBytes++;
    }
    return { marker: this.#marker, strayBytes };
  }

  /** Passes the marker that comes next. */
  passMarker(): void {
    this.#marker = null;
  }

  /** Forgets that the bits ran out, unless there still are none before the next marker. */
  restart(): void {
    if (this.#marker === null) this.#isOut = false;
  }

  #fill(): void {
    while (this.#count <= 16 && this.#marker === null) {
      const byte = this.#nextByte();
      if (byte === null) return;
      this.#bits = this.#bits << 8 | byte;
      this.#count += 8;
    }
  }

  /** Returns the next byte of coded data; `null` if a marker comes instead. */
  #nextByte(): number | null {
    const bytes = this.#bytes;
    const byte = bytes[this.#position];
    if (byte !== undefined && byte !== MARKER_START) {
      this.#position++;
      return byte;
    }
    // Any number of bytes of ones may stand before the code of a marker (T.81, B.1.1.2).
    while (bytes[this.#position] === MARKER_START) this.#position++;
    const code = bytes[this.#position];
    if (code !== undefined) this.#position++;
    if (code === 0) return MARKER_START;
    this.#marker = code ?? MARKER.endOfImage;
    this.#hasEnded ||= code === undefined;
    return null;
  }
}
