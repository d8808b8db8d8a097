/** Largest code of a row: codes are signed bytes, with the same range on both sides of zero. */
export const CODE_MAX = 127;
/**
 * Margin added to the error, which is computed in double precision and stored as a 32-bit float; it
 * covers both roundings.
 */
const ERROR_ROUNDING = 1e-6;

/**
 * Relation of a row to its codes: the row is `scale` times the codes plus a remainder whose length
 * is at most `error`.
 */
export interface Quantised {
  /** Exactly representable as a 32-bit float. */
  readonly scale: number;
  /** Exactly representable as a 32-bit float; rounded up. */
  readonly error: number;
}

/** Quantises `row` into `codes`, whole numbers from -`codeMax` to `codeMax`. */
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
    // The largest quotient can exceed `codeMax` by a rounding error only, which is rounded away
    // here: no code is out of range.
    const code = Math.floor(row[index] * inverse + 0.5);
    codes[index] = code;
    const rest = row[index] - code * scale;
    squares += rest * rest;
  }
  return { scale, error: Math.fround(Math.sqrt(squares) * (1 + ERROR_ROUNDING) + ERROR_ROUNDING) };
}
