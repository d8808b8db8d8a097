/** Samples, and coefficients, on the side of a block (T.81, A.1.1). */
export const BLOCK_SIDE = 8;
export const BLOCK_SIZE = BLOCK_SIDE * BLOCK_SIDE;

/** What samples are centred around: they are transformed with so much less (T.81, A.3.1), and so much is no colour. */
export const SAMPLE_CENTRE = 128;

/** Where the coefficients of a block are in its rows, in the order in which they are coded: along the diagonals (T.81, figure A.6). */
export const ZIGZAG: readonly number[] = Array.from({ length: 2 * BLOCK_SIDE - 1 }, (_, diagonal) => {
  const first = Math.max(0, diagonal - BLOCK_SIDE + 1);
  const last = Math.min(diagonal, BLOCK_SIDE - 1);
  const rows = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  // Odd diagonals go down, even ones up.
  return (diagonal % 2 === 1 ? rows : rows.reverse()).map((row) => row * BLOCK_SIDE + diagonal - row);
}).flat();
