const MODULUS = 65_521;

/** The most bytes that are summed before the sums, as 32-bit numbers, have to be reduced. */
const BLOCK_BYTES = 3_800;

/** The checksum of a zlib stream (RFC 1950, section 8), of bytes that come in pieces. */
export class Adler32 {
  #low = 1;
  #high = 0;

  /** Adds the next bytes. */
  add(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
      const end = Math.min(start + BLOCK_BYTES, bytes.length);
      for (let at = start; at < end; at++) {
        this.#low += bytes[at];
        this.#high += this.#low;
      }
      this.#low %= MODULUS;
      this.#high %= MODULUS;
    }
  }

  /** The checksum of all bytes so far. */
  get value(): number {
    return ((this.#high << 16) | this.#low) >>> 0;
  }
}
