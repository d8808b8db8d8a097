/** Reader of the binary format of WebAssembly (WebAssembly 3.0, chapter "Binary Format"). */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The number of bytes read so far. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++];
  }

  /**
   * Reads an unsigned LEB128 number. A number of 64 bits is skipped correctly, but its value is
   * lost.
   */
  unsigned(): number {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return value >>> 0;
  }

  /** Reads `count` bytes. */
  bytes(count: number): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#at += count);
  }

  /** Reads a count, and then as many bytes. */
  counted(): Uint8Array {
    return this.bytes(this.unsigned());
  }

  skipCounted(): void {
    const length = this.unsigned();
    this.#at += length;
  }

  text(): string {
    return new TextDecoder().decode(this.counted());
  }
}

/** Encodes an unsigned number as LEB128: seven bits a byte, least significant first. */
export function unsigned(value: number): number[] {
  const bytes = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push(0x80 | rest % 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}
