import { AC_SIZE_MAX, CODE_MAX, SIZE_BITS } from "../jpeg.ts";
import { extended, peek } from "./bit_stream.as.ts";
import {
  HUFFMAN_LIMITS,
  HUFFMAN_LOOKUP,
  HUFFMAN_OFFSETS,
  HUFFMAN_SYMBOLS,
  LONG_CODE_MIN,
  LONG_CODES,
  LOOKUP_BITS,
} from "./memory_map.ts";

// These functions read the next code of the scan, and return it as an entry of the lookup of a
// table does (see `huffman_lookup.ts`): `value << 16 | (run + 1) << 8 | bits` with the value that
// follows the code, if that is not 0, or else `symbol << 8 | bits`. `bits` is how many it takes.

/**
 * Stands for no code, or one whose value is too large: one zero that no value follows is no symbol.
 */
export const NONE = 0x10 << 8;

@inline
export function valueOf(next: i32): i32 {
  return next >> 16;
}

@inline
export function symbolOf(next: i32): i32 {
  return next >> 8;
}

/** Returns by how many places a value is further than the one before. */
@inline
export function advanceOf(next: i32): i32 {
  return (next >> 8) & 0x1f;
}

@inline
export function lengthOf(next: i32): u32 {
  return next & 0x1f;
}

/**
 * Returns the next code of a DC coefficient with its difference from the last one, which may be 0
 * (T.81, F.2.2.1).
 */
@inline
export function nextDifference(table: usize, bits: u64): i32 {
  const entry = lookUp(table, bits);
  if (valueOf(entry) != 0) return entry;
  const code = entry != 0 ? entry : longCode(table, bits);
  if (code == NONE) return NONE;
  return withValue(code, 0, symbolOf(code), bits);
}

/** Returns the next code of AC coefficients with the value it leads to (T.81, F.2.2.2). */
@inline
export function nextCoefficient(table: usize, bits: u64): i32 {
  const entry = lookUp(table, bits);
  if (valueOf(entry) != 0) return entry;
  const code = entry != 0 ? entry : longCode(table, bits);
  const size = symbolOf(code) & ((1 << SIZE_BITS) - 1);
  if (size == 0) return code;
  if (size > AC_SIZE_MAX) return NONE;
  return withValue(code, (symbolOf(code) >> SIZE_BITS) + 1, size, bits);
}

/** Joins a code and the number of `size` bits behind it. */
@inline
function withValue(code: i32, advance: i32, size: i32, bits: u64): i32 {
  const length = lengthOf(code);
  return (extended(bits << length, size) << 16) | (advance << 8) | (length + size);
}

@inline
function lookUp(table: usize, bits: u64): i32 {
  return load<i32>(table + (peek(bits, LOOKUP_BITS) << 2), HUFFMAN_LOOKUP);
}

/**
 * Returns the next code, which is longer than the lookup knows. The next 16 bits are not below the
 * ends of all shorter codes, and below that of its length.
 */
@inline
function longCode(table: usize, bits: u64): i32 {
  const next = peek(bits, CODE_MAX);
  const ends = v128.load(table, HUFFMAN_LIMITS);
  const shorter = popcnt(i16x8.bitmask(i16x8.ge_u(i16x8.splat(<i16>next), ends)));
  if (shorter == LONG_CODES) return NONE;
  const code = next >> (LONG_CODES - 1 - shorter);
  const number = (code + load<u32>(table + (shorter << 2), HUFFMAN_OFFSETS)) & 0xff;
  return (<i32>load<u8>(table + number, HUFFMAN_SYMBOLS) << 8) | (shorter + LONG_CODE_MIN);
}
