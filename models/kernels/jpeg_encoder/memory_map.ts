// The memory of the encoder's kernel. Read by TypeScript and by AssemblyScript alike, so it holds
// whole numbers and nothing else, and divides only where there is no remainder.
import { AC_SIZE_MAX, BLOCK_SIZE, CODE_MAX } from "../jpeg.ts";
import { KERNEL_MEMORY_START } from "../memory.ts";

/**
 * Side of an MCU, in pixels. An MCU is coded as a unit (T.81, A.2): four blocks of Y, one each of
 * Cb and Cr.
 */
export const MCU_SIDE = 16;
/**
 * Width of a tile. Sixteen rows are encoded in tiles, so that the memory does not depend on the
 * picture.
 */
export const TILE_PIXELS = 1024;
/**
 * Distance between rows of a tile, in bytes: R, G and B, and padding for a vector load at the last
 * of them.
 */
export const ROW_BYTES = TILE_PIXELS * 3 + 64;

/** Bytes of a block of 16-bit numbers. */
export const BLOCK_BYTES = BLOCK_SIZE * 2;

/**
 * Maximum length of a code and its number; for the first coefficient of a block both are at most 11
 * bits.
 */
const BITS_PER_COEFFICIENT_MAX = CODE_MAX + AC_SIZE_MAX;
const BLOCKS_PER_MCU = 6;
const WORDS_BYTES = TILE_PIXELS / MCU_SIDE * BLOCKS_PER_MCU * BLOCK_SIZE * BITS_PER_COEFFICIENT_MAX / 8 + 64;

/**
 * Layout of the code entries: one for each size of a DC coefficient, then one for each AC symbol.
 */
export const CODE_BYTES = 4;
/** Number of lowest bits of an entry that hold the length of the code and the number after it. */
export const LENGTH_BITS = 5;
export const DC_SYMBOLS_MAX = 16;
export const AC_CODES_OFFSET = DC_SYMBOLS_MAX * CODE_BYTES;
const CODES_BYTES = AC_CODES_OFFSET + 256 * CODE_BYTES;

/** Offsets of the three vectors with which a row of a block is quantised. */
export const FACTORS_OFFSET = 0;
export const DIVISORS_OFFSET = BLOCK_BYTES;
export const REMAINDERS_OFFSET = 2 * BLOCK_BYTES;
const DIVISION_BYTES = 3 * BLOCK_BYTES;

/** Previous DC coefficient of each component; the next is coded as the difference from it. */
export const PREDICTORS_AT = KERNEL_MEMORY_START;
/** Offsets of the coefficients in their block, in bytes, one byte each, in zigzag order. */
export const ZIGZAG_AT = PREDICTORS_AT + 16;
/**
 * Sixteen swizzle vectors: for each quarter of the zigzag order its positions in each pair of rows,
 * or 255.
 */
export const SCAN_ORDER_AT = ZIGZAG_AT + BLOCK_SIZE;
export const LUMINANCE_DIVISION_AT = SCAN_ORDER_AT + 4 * BLOCK_SIZE;
export const CHROMINANCE_DIVISION_AT = LUMINANCE_DIVISION_AT + DIVISION_BYTES;
export const LUMINANCE_CODES_AT = CHROMINANCE_DIVISION_AT + DIVISION_BYTES;
export const CHROMINANCE_CODES_AT = LUMINANCE_CODES_AT + CODES_BYTES;
/** Blocks of an MCU: left and right half of Y, two blocks each; Cb; Cr. */
export const LEFT_AT = CHROMINANCE_CODES_AT + CODES_BYTES;
export const RIGHT_AT = LEFT_AT + 2 * BLOCK_BYTES;
export const CB_AT = RIGHT_AT + 2 * BLOCK_BYTES;
export const CR_AT = CB_AT + BLOCK_BYTES;
/** Sixteen rows of R, G and B. */
export const PIXELS_AT = CR_AT + BLOCK_BYTES;
/** Coded tile in 32-bit words, the first bit highest. */
export const WORDS_AT = PIXELS_AT + MCU_SIDE * ROW_BYTES;
/** The same as bytes of the file. */
export const BYTES_AT = WORDS_AT + WORDS_BYTES;
export const MEMORY_BYTES = BYTES_AT + 2 * WORDS_BYTES;
