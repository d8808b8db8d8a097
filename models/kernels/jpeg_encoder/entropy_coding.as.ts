import { BLOCK_SIZE, END_OF_BLOCK, SIXTEEN_ZEROS, SIZE_BITS } from "../jpeg.ts";
import { write } from "./bit_writer.as.ts";
import { AC_CODES_OFFSET, CODE_BYTES, LENGTH_BITS, ZIGZAG_AT } from "./memory_map.ts";

const LAST_COEFFICIENT = BLOCK_SIZE - 1;

/**
 * Writes a block of quantised coefficients (T.81, F.1.2; `encode_one_block` of jchuff.c). `nonzero`
 * has a bit for each coefficient that is not 0, in zigzag order; the previous DC coefficient of the
 * component is kept at the address `lastDc`.
 */
@inline
export function encodeBlock(block: usize, codes: usize, lastDc: usize, nonzero: u64): void {
  const dc = <i32>load<i16>(block);
  encodeNumber(codes, 0, dc - load<i32>(lastDc));
  store<i32>(lastDc, dc);
  const acCodes = codes + AC_CODES_OFFSET;
  let place = 0;
  for (let left = nonzero & ~1; left != 0; left &= left - 1) {
    const next = <i32>ctz(left);
    let run = next - place - 1;
    for (; run > 15; run -= 16) encodeSymbol(acCodes, SIXTEEN_ZEROS);
    encodeNumber(acCodes, run, load<i16>(block + load<u8>(next, ZIGZAG_AT)));
    place = next;
  }
  if (place < LAST_COEFFICIENT) encodeSymbol(acCodes, END_OF_BLOCK);
}

/**
 * Writes a block outside the picture: it repeats the DC coefficient of the previous block and has
 * no others (jccoefct.c).
 */
@inline
export function encodeEmptyBlock(codes: usize): void {
  encodeNumber(codes, 0, 0);
  encodeSymbol(codes + AC_CODES_OFFSET, END_OF_BLOCK);
}

/**
 * Writes the code of a run of zeros and the size of a number, then the bits of the number; a
 * negative number is coded as the bits of one less (T.81, F.1.2.1).
 */
@inline
function encodeNumber(codes: usize, run: i32, number: i32): void {
  const sign = number >> 31;
  const magnitude = (number ^ sign) - sign;
  const size = 32 - clz(magnitude);
  const entry = load<u32>(codes + (run << SIZE_BITS | size) * CODE_BYTES);
  const bits = (number + sign) & ((1 << size) - 1);
  write(entry >> LENGTH_BITS | bits, entry & ((1 << LENGTH_BITS) - 1));
}

@inline
function encodeSymbol(codes: usize, symbol: i32): void {
  const entry = load<u32>(codes + symbol * CODE_BYTES);
  write(entry >> LENGTH_BITS, entry & ((1 << LENGTH_BITS) - 1));
}
