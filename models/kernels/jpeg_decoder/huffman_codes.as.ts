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

// These functions decode the next code of the scan. They return it in the format of the lookup
// entries (see `huffman_lookup.ts`): `value << 16 | (run + 1) << 8 | bits` with the value that
// follows the code if it is not 0, otherwise `symbol << 8 | bits`. `bits` is the number of bits
// consumed.

/**
 * Result for an invalid code, or one whose value is too large. No valid symbol is a single zero
 * without a value.
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

/** Returns the distance of the coefficient from the previous one. */
@inline
export function advanceOf(next: i32): i32 {
  return (next >> 8) & 0x1f;
}

@inline
export function lengthOf(next: i32): u32 {
  return next & 0x1f;
}

/**
 * Decodes the next DC code and its difference from the previous coefficient, which may be 0 (T.81,
 * F.2.2.1).
 */
@inline
export function nextDifference(table: usize, bits: u64): i32 {
  const entry = lookUp(table, bits);
  if (valueOf(entry) != 0) return entry;
  const code = entry != 0 ? entry : longCode(table, bits);
  if (code == NONE) return NONE;
  return withValue(code, 0, symbolOf(code), bits);
}

/** Decodes the next AC code and its value (T.81, F.2.2.2). */
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

/** Combines a code with the value of `size` bits that follows it. */
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
 * Decodes the next code if it is too long for the lookup. The next 16 bits are at or above the
 * limits of all shorter lengths, and below that of its own.
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
