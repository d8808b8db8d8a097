import { CODE_MAX } from "../jpeg.ts";
import {
  HUFFMAN_LIMITS,
  HUFFMAN_LOOKUP,
  HUFFMAN_OFFSETS,
  HUFFMAN_SYMBOLS,
  LONG_CODE_MIN,
  LONG_CODES,
  LOOKUP_BITS,
} from "./memory_map.ts";
import { peek } from "./bit_stream.as.ts";

/** The number of bits in an entry of the lookup, and in what `codeOf` returns. */
@inline
export function lengthOf(entry: i32): u32 {
  return entry & 0x1f;
}

/** Returns what the table says of the next ten bits: `value << 16 | (run + 1) << 8 | bits`, `symbol << 8 | bits`, or 0. */
@inline
export function lookUp(table: usize, bits: u64): i32 {
  return load<i32>(table + (peek(bits, LOOKUP_BITS) << 2), HUFFMAN_LOOKUP);
}

/** Returns `symbol << 8 | bits` of the next code, whose entry in the lookup has no value; 0 if there is no such code. */
@inline
export function codeOf(entry: i32, table: usize, bits: u64): i32 {
  return entry != 0 ? entry : longCode(table, bits);
}

/** A code of n bits: then the next 16 bits are not below the ends of all shorter codes, and below that of its length. */
@inline
function longCode(table: usize, bits: u64): i32 {
  const next = peek(bits, CODE_MAX);
  const ends = v128.load(table, HUFFMAN_LIMITS);
  const shorter = popcnt(i16x8.bitmask(i16x8.ge_u(i16x8.splat(<i16>next), ends)));
  if (shorter == LONG_CODES) return 0;
  const code = next >> (LONG_CODES - 1 - shorter);
  const number = (code + load<u32>(table + (shorter << 2), HUFFMAN_OFFSETS)) & 0xff;
  return (<i32>load<u8>(table + number, HUFFMAN_SYMBOLS) << 8) | (shorter + LONG_CODE_MIN);
}
