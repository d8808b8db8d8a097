/**
 * Variant of LZW: GIF packs codes from the lowest bit, TIFF from the highest, and TIFF lengthens
 * its codes one code earlier.
 */
export type LzwKind = "gif" | "tiff";

/** LZW as GIF and TIFF have it; `rootBits` is the size of an index. */
export function packLzw(
  indices: Uint8Array,
  { kind, rootBits }: { kind: LzwKind; rootBits: number },
): Uint8Array<ArrayBuffer> {
  const clearCode = 1 << rootBits;
  const early = kind === "tiff" ? 1 : 0;
  const bits = new BitWriter(kind);
  let table = new Map<string, number>();
  let nextCode = clearCode + 2;
  let codeBits = rootBits + 1;
  let text = "";
  const codeOf = (key: string) => key.length === 1 ? key.charCodeAt(0) : table.get(key) ?? 0;
  bits.write(clearCode, codeBits);
  for (const index of indices) {
    const letter = String.fromCharCode(index);
    if (text === "" || table.has(text + letter)) {
      text += letter;
      continue;
    }
    bits.write(codeOf(text), codeBits);
    table.set(text + letter, nextCode++);
    if (nextCode + early > 1 << codeBits) codeBits++;
    if (nextCode === 4094) {
      bits.write(clearCode, codeBits);
      table = new Map();
      nextCode = clearCode + 2;
      codeBits = rootBits + 1;
    }
    text = letter;
  }
  bits.write(codeOf(text), codeBits);
  if (nextCode + 1 + early > 1 << codeBits && codeBits < 12) codeBits++;
  bits.write(clearCode + 1, codeBits);
  return bits.finish();
}

class BitWriter {
  readonly #bytes: number[] = [];
  readonly #kind: LzwKind;
  #bits = 0;
  #count = 0;

  constructor(kind: LzwKind) {
    this.#kind = kind;
  }

  write(code: number, length: number): void {
    for (let index = 0; index < length; index++) {
      const place = this.#kind === "gif" ? index : length - 1 - index;
      const bit = (code >> place) & 1;
      this.#bits |= bit << (this.#kind === "gif" ? this.#count : 7 - this.#count);
      if (++this.#count === 8) this.#flush();
    }
  }

  finish(): Uint8Array<ArrayBuffer> {
    if (this.#count > 0) this.#flush();
    return Uint8Array.from(this.#bytes);
  }

  #flush(): void {
    this.#bytes.push(this.#bits);
    this.#bits = 0;
    this.#count = 0;
  }
}
