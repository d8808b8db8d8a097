const POLYNOMIAL = 0xedb88320;

/** The remainders of all bytes. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  return remainder;
});

/**
 * Computes the CRC-32 that PNG has behind each chunk (PNG specification, annex D). That of
 * `node:zlib` is quicker, but loading the module takes longer than all chunks of a picture.
 */
export function crc32(bytes: Uint8Array): number {
  let remainder = -1;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ REMAINDERS[(remainder ^ byte) & 0xff];
  return ~remainder >>> 0;
}
