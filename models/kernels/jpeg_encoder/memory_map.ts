// The memory of the encoder's kernel. Read by TypeScript and by AssemblyScript alike, so it holds
// whole numbers and nothing else, and divides only where there is no remainder.
import { AC_SIZE_MAX, BLOCK_SIZE, CODE_MAX } from "../jpeg.ts";
import { KERNEL_MEMORY_START } from "../memory.ts";

/**
 * The pixels on the side of an MCU, which is coded as one (T.81, A.2): four blocks of Y, one each
 * of Cb and Cr.
 */
export const MCU_SIDE = 16;
/**
 * The width of a tile. Sixteen rows are encoded in tiles, so that memory does not depend on the
 * picture.
 */
export const TILE_PIXELS = 1024;
/**
 * The distance of rows of a tile: R, G and B, and room for a vector that begins at the last of
 * them.
 */
export const ROW_BYTES = TILE_PIXELS * 3 + 64;

/** The bytes of a block of 16-bit numbers. */
export const BLOCK_BYTES = BLOCK_SIZE * 2;

/** A code and the bits of the number; the first coefficient of a block takes 11 and 11 at most. */
const BITS_PER_COEFFICIENT_MAX = CODE_MAX + AC_SIZE_MAX;
const BLOCKS_PER_MCU = 6;
const WORDS_BYTES = TILE_PIXELS / MCU_SIDE * BLOCKS_PER_MCU * BLOCK_SIZE * BITS_PER_COEFFICIENT_MAX / 8 + 64;

/**
 * The entries of codes: one for each size of a DC coefficient, then one for each symbol of an AC
 * one.
 */
export const CODE_BYTES = 4;
/** The lowest bits of an entry, which are the length of the code and of the number behind it. */
export const LENGTH_BITS = 5;
export const DC_SYMBOLS_MAX = 16;
export const AC_CODES_OFFSET = DC_SYMBOLS_MAX * CODE_BYTES;
const CODES_BYTES = AC_CODES_OFFSET + 256 * CODE_BYTES;

/** The three vectors by which a row of a block is quantised. */
export const FACTORS_OFFSET = 0;
export const DIVISORS_OFFSET = BLOCK_BYTES;
export const REMAINDERS_OFFSET = 2 * BLOCK_BYTES;
const DIVISION_BYTES = 3 * BLOCK_BYTES;

/** The last DC coefficient of each component, from which the next is coded as the difference. */
export const PREDICTORS_AT = KERNEL_MEMORY_START;
/** The places of coefficients in their block, a byte each in zigzag order; in bytes. */
export const ZIGZAG_AT = PREDICTORS_AT + 16;
/**
 * Sixteen vectors: for each quarter of the zigzag order its places in each pair of rows, or 255.
 */
export const SCAN_ORDER_AT = ZIGZAG_AT + BLOCK_SIZE;
export const LUMINANCE_DIVISION_AT = SCAN_ORDER_AT + 4 * BLOCK_SIZE;
export const CHROMINANCE_DIVISION_AT = LUMINANCE_DIVISION_AT + DIVISION_BYTES;
export const LUMINANCE_CODES_AT = CHROMINANCE_DIVISION_AT + DIVISION_BYTES;
export const CHROMINANCE_CODES_AT = LUMINANCE_CODES_AT + CODES_BYTES;
/** The blocks of an MCU: left and right half of Y, two blocks each; Cb; Cr. */
export const LEFT_AT = CHROMINANCE_CODES_AT + CODES_BYTES;
export const RIGHT_AT = LEFT_AT + 2 * BLOCK_BYTES;
export const CB_AT = RIGHT_AT + 2 * BLOCK_BYTES;
export const CR_AT = CB_AT + BLOCK_BYTES;
/** Sixteen rows of R, G and B. */
export const PIXELS_AT = CR_AT + BLOCK_BYTES;
/** The coded tile in words of 32 bits, the first bit the highest. */
export const WORDS_AT = PIXELS_AT + MCU_SIDE * ROW_BYTES;
/** The same as bytes of the file. */
export const BYTES_AT = WORDS_AT + WORDS_BYTES;
export const MEMORY_BYTES = BYTES_AT + 2 * WORDS_BYTES;
