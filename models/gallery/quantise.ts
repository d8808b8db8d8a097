/** The largest code of a row: one signed byte, the same on both sides of zero. */
export const CODE_MAX = 127;
/** The error is computed in double precision and kept as a float; this much more covers both roundings. */
const ERROR_ROUNDING = 1e-6;

/** How `codes` stand for a row: the row is `scale` times `codes`, but for a rest whose length is at most `error`. */
export interface Quantised {
  /** A 32-bit float, exactly. */
  readonly scale: number;
  /** A 32-bit float, exactly; rounded up. */
  readonly error: number;
}

/** Writes `row` to `codes` as whole numbers, the largest of which is `codeMax` on either side of zero. */
export function quantise(
  row: Float32Array,
  options: { codes: Int8Array<ArrayBufferLike> | Int16Array<ArrayBufferLike>; codeMax: number },
): Quantised {
  const { codes, codeMax } = options;
  let largest = 0;
  for (let index = 0; index < row.length; index++) largest = Math.max(largest, Math.abs(row[index]));
  const scale = Math.fround(largest / codeMax);
  const inverse = scale > 0 ? 1 / scale : 0;
  let squares = 0;
  for (let index = 0; index < row.length; index++) {
    // The largest is off by rounding only, which rounds away: no code is beyond the largest.
    const code = Math.floor(row[index] * inverse + 0.5);
    codes[index] = code;
    const rest = row[index] - code * scale;
    squares += rest * rest;
  }
  return { scale, error: Math.fround(Math.sqrt(squares) * (1 + ERROR_ROUNDING) + ERROR_ROUNDING) };
}
