/** Returns the low halves of both, a byte from each in turn. */
@inline
export function interleaveLow8(one: v128, other: v128): v128 {
  return i8x16.shuffle(one, other, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** Returns the high halves of both, a byte from each in turn. */
@inline
export function interleaveHigh8(one: v128, other: v128): v128 {
  return i8x16.shuffle(one, other, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Returns the low halves of both, 16 bits from each in turn. */
@inline
export function interleaveLow16(one: v128, other: v128): v128 {
  return i16x8.shuffle(one, other, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** Returns the high halves of both, 16 bits from each in turn. */
@inline
export function interleaveHigh16(one: v128, other: v128): v128 {
  return i16x8.shuffle(one, other, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Returns the low halves of both, 32 bits from each in turn. */
@inline
export function interleaveLow32(one: v128, other: v128): v128 {
  return i32x4.shuffle(one, other, 0, 4, 1, 5);
}

/** Returns the high halves of both, 32 bits from each in turn. */
@inline
export function interleaveHigh32(one: v128, other: v128): v128 {
  return i32x4.shuffle(one, other, 2, 6, 3, 7);
}

/** Returns the low half of `one`, then that of `other`. */
@inline
export function interleaveLow64(one: v128, other: v128): v128 {
  return i64x2.shuffle(one, other, 0, 2);
}

/** Returns the high half of `one`, then that of `other`. */
@inline
export function interleaveHigh64(one: v128, other: v128): v128 {
  return i64x2.shuffle(one, other, 1, 3);
}
