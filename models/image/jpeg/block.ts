import { BLOCK_SIDE } from "../../kernels/jpeg.ts";

export { BLOCK_SIDE, BLOCK_SIZE, SAMPLE_CENTRE } from "../../kernels/jpeg.ts";

/**
 * Indexes of the coefficients in row order, in the order of coding: along the diagonals (T.81,
 * figure A.6).
 */
export const ZIGZAG: readonly number[] = Array.from({ length: 2 * BLOCK_SIDE - 1 }, (_, diagonal) => {
  const first = Math.max(0, diagonal - BLOCK_SIDE + 1);
  const last = Math.min(diagonal, BLOCK_SIDE - 1);
  const rows = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  // Odd diagonals go down, even ones up.
  return (diagonal % 2 === 1 ? rows : rows.reverse()).map((row) => row * BLOCK_SIDE + diagonal - row);
}).flat();
