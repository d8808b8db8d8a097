import { IS_HIGH } from "../../../kernels/jpeg_decoder/memory_map.ts";
import { BLOCK_SIDE, BLOCK_SIZE, ZIGZAG } from "../block.ts";

/**
 * Largest supported quantisation step: 64 products of it and the largest coefficient add up to less
 * than 2^32.
 */
export const STEP_MAX = 0x7fff;
/**
 * Number of entries of a table. A run of zeros may lead up to 15 places past the last coefficient;
 * the steps there are so large that the block is given up.
 */
export const ENTRIES = BLOCK_SIZE + 16;

/**
 * Returns the offset, in the memory of a block, of the coefficient at index `place` in row order.
 * The inverse DCT multiplies pairs of neighbours, so rows 0 and 2, 1 and 3, 4 and 6, 5 and 7
 * alternate. Its second pass needs the same pairs of columns, so columns are stored in the order 0,
 * 2, 1, 3.
 */
export function coefficientOffset(place: number): number {
  const [row, column] = [Math.floor(place / BLOCK_SIDE), place % BLOCK_SIDE];
  const pair = 2 * (row >> 2) + (row & 1);
  const half = column >> 2;
  const unit = 2 * (column & 1) + ((column >> 1) & 1);
  return (2 * pair + half) * 16 + unit * 4 + ((row >> 1) & 1) * 2;
}

/** Returns for each coefficient, in the order of the file, `step << 16 | IS_HIGH | offset`. */
export function quantisationTable(steps: Uint16Array): Int32Array {
  return Int32Array.from({ length: ENTRIES }, (_, index) => {
    if (index >= BLOCK_SIZE) return STEP_MAX << 16;
    const place = ZIGZAG[index];
    const isHigh = place >= BLOCK_SIZE / 2 || place % BLOCK_SIDE >= BLOCK_SIDE / 2;
    return steps[index] << 16 | (isHigh ? IS_HIGH : 0) | coefficientOffset(place);
  });
}
