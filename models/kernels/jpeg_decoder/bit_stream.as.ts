// The bit stream is three numbers: `bits` holds the next bits, starting at its highest bit; `count`
// of them are valid; the following ones are loaded from `at` downwards. The caller keeps all three
// in variables, which become registers.

/** Minimum number of valid bits after a refill. */
export const REFILLED_BITS = 56;

/**
 * Returns `bits` refilled to at least 56 valid bits. Bits that are present already are written
 * again unchanged.
 */
@inline
export function refilled(bits: u64, count: u32, at: usize): u64 {
  return bits | (load<u64>(at) >> count);
}

/** Returns the number of bytes by which a refill moves `at` down. */
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
 * Returns the value that the next `size` bits encode; one that starts with a 0 bit is negative
 * (T.81, F.2.2.1, "EXTEND").
 */
@inline
export function extended(bits: u64, size: u32): i32 {
  const value = <i32>(bits >> 1 >> (63 - size));
  const ones = (1 << size) - 1;
  const isNegative = ~<i32>(<i64>bits >> 63);
  return value - (ones & isNegative);
}
