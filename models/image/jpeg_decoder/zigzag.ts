/** The coefficients of a block lie in 8 rows of 8, the lowest frequencies first. */
export const BLOCK_SIDE = 8;
export const COEFFICIENTS = 64;

/** Row and column of each coefficient in the order of the file: along the diagonals, to and fro (T.81, figure A.6). */
export const ZIGZAG: readonly { readonly row: number; readonly column: number }[] = Array.from(
  { length: 2 * BLOCK_SIDE - 1 },
  (_, diagonal) => {
    const first = Math.max(0, diagonal - (BLOCK_SIDE - 1));
    const steps = Array.from({ length: diagonal - 2 * first + 1 }, (_, index) => first + index);
    const places = steps.map((step) => ({ row: step, column: diagonal - step }));
    return diagonal % 2 === 0 ? places.reverse() : places;
  },
).flat();
