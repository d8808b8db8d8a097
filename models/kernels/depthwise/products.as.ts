/**
 * Adds the products of four numbers and a weight to `sums`; each product and each sum is rounded.
 */
@inline
export function addProduct(sums: v128, factors: v128, weight: v128): v128 {
  return f32x4.add(sums, f32x4.mul(factors, weight));
}

/** Returns the inputs of four outputs: neighbours, or every other number. */
@inline
export function inputs(from: usize, stride: u32): v128 {
  if (stride == 1) return v128.load(from);
  return i32x4.shuffle(v128.load(from), v128.load(from + 16), 0, 2, 4, 6);
}
