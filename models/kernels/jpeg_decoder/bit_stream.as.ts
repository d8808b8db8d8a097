// The next bits of the scan are three numbers: `bits` has them from its highest bit on, `count` of
// them are good, and the ones behind come from `at` downwards. The caller keeps all three in
// variables, which are registers.

/** The bits that are good after a refill, at least. */
export const REFILLED_BITS = 56;

/**
 * Returns `bits` filled up to at least 56 good ones. Bits that are there already are put there once
 * more.
 */
@inline
export function refilled(bits: u64, count: u32, at: usize): u64 {
  return bits | (load<u64>(at) >> count);
}

/** Returns how far `at` moves down by a refill. */
@inline
export function refillBytes(count: u32): usize {
  return (count ^ 63) >> 3;
}

/** Returns the next `count` bits, at least one. */
@inline
export function peek(bits: u64, count: u32): u32 {
  return <u32>(bits >> (64 - count));
}

/**
 * Returns the number of `size` bits that comes next; one that begins with 0 is negative (T.81,
 * F.2.2.1, "EXTEND").
 */
@inline
export function extended(bits: u64, size: u32): i32 {
  const value = <i32>(bits >> 1 >> (63 - size));
  const ones = (1 << size) - 1;
  const isNegative = ~<i32>(<i64>bits >> 63);
  return value - (ones & isNegative);
}
