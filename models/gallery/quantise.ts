/** The largest code of a row: one signed byte, the same on both sides of zero. */
export const CODE_MAX = 127;
/** The error is computed in double precision and kept as a float; this much more covers both roundings. */
const ERROR_ROUNDING = 1e-6;

/** A row as small whole numbers: `row` is `scale` times `codes`, but for a rest whose length is at most `error`. */
export interface Quantised {
  readonly codes: Int8Array;
  /** A 32-bit float, exactly. */
  readonly scale: number;
  /** A 32-bit float, exactly; rounded up. */
  readonly error: number;
}

/** `row` in a byte a number. Its largest number gets the largest code. */
export function quantise(row: Float32Array): Quantised {
  let largest = 0;
  for (let index = 0; index < row.length; index++) {
    const size = Math.abs(row[index]);
    if (size > largest) largest = size;
  }
  const scale = Math.fround(largest / CODE_MAX);
  const codes = new Int8Array(row.length);
  const inverse = scale > 0 ? 1 / scale : 0;
  let squares = 0;
  for (let index = 0; index < row.length; index++) {
    const code = Math.min(CODE_MAX, Math.max(-CODE_MAX, Math.round(row[index] * inverse)));
    codes[index] = code;
    const rest = row[index] - code * scale;
    squares += rest * rest;
  }
  return { codes, scale, error: Math.fround(Math.sqrt(squares) * (1 + ERROR_ROUNDING) + ERROR_ROUNDING) };
}
