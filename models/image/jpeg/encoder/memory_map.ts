import { VECTOR_BYTES } from "../../../wasm/instructions.ts";
import { PAGE_BYTES } from "../../../wasm/module.ts";
import { BLOCK_SIZE } from "../block.ts";
import { CODE_MAX } from "../huffman_table.ts";
import { AC_SIZE_MAX } from "../symbols.ts";

/** Pixels on the side of an MCU, of what is coded as one (T.81, A.2): four blocks of Y, one each of Cb and Cr. */
export const MCU_SIDE = 16;
/** A strip of sixteen rows is encoded in pieces of so many pixels, so that memory does not depend on the picture. */
export const TILE_PIXELS = 1_024;
/** From one row of a tile to the next: R, G and B, and room for what a vector takes in that begins at the last of them. */
export const ROW_BYTES = TILE_PIXELS * 3 + 64;

/** A block of 16-bit numbers. */
export const BLOCK_BYTES = BLOCK_SIZE * 2;

/** No coefficient takes more: a code and bits of its own; the first of a block takes 11 and 11. */
const BITS_PER_COEFFICIENT_MAX = CODE_MAX + AC_SIZE_MAX;
const BLOCKS_PER_MCU = 6;
const WORDS_BYTES = TILE_PIXELS / MCU_SIDE * BLOCKS_PER_MCU * BLOCK_SIZE * BITS_PER_COEFFICIENT_MAX / 8 + 64;

/** The codes of one kind of component: a number per size of a DC coefficient, and per symbol of an AC one. */
export const CODE_BYTES = 4;
export const DC_SYMBOLS_MAX = 16;
export const AC_CODES_OFFSET = DC_SYMBOLS_MAX * CODE_BYTES;
const CODES_BYTES = AC_CODES_OFFSET + 256 * CODE_BYTES;

/** The three vectors a row of a block that quantise it. */
export const FACTORS_OFFSET = 0;
export const DIVISORS_OFFSET = BLOCK_BYTES;
export const REMAINDERS_OFFSET = 2 * BLOCK_BYTES;
const DIVISION_BYTES = 3 * BLOCK_BYTES;

/** What is written between two calls: the bits that make no word yet (64 bits) and how many they are, and where words go on. */
export const PENDING_AT = 0;
export const PENDING_COUNT_AT = 8;
export const WORDS_END_AT = 12;
/** The last DC coefficient of each component, which the next is coded as the difference from. */
export const PREDICTORS_AT = 16;
/** Byte a coefficient in the order of coding: where it is in its block, in bytes. */
export const ZIGZAG_AT = 64;
/** Vectors that code refers to. */
export const CONSTANTS_AT = ZIGZAG_AT + BLOCK_SIZE;
export const CONSTANTS_END = CONSTANTS_AT + 96 * VECTOR_BYTES;
/** Luminance and chrominance. */
export const DIVISIONS_AT = [0, 1].map((index) => CONSTANTS_END + index * DIVISION_BYTES);
export const CODES_AT = [0, 1].map((index) => DIVISIONS_AT[1] + DIVISION_BYTES + index * CODES_BYTES);
/** The blocks of an MCU: left and right half of Y, 16 rows of eight each, which are two blocks each; Cb; Cr. */
export const LEFT_AT = CODES_AT[1] + CODES_BYTES;
export const RIGHT_AT = LEFT_AT + 2 * BLOCK_BYTES;
export const CB_AT = RIGHT_AT + 2 * BLOCK_BYTES;
export const CR_AT = CB_AT + BLOCK_BYTES;
/** Sixteen rows of R, G and B. */
export const PIXELS_AT = CR_AT + BLOCK_BYTES;
/** The coded tile in words of 32 bits, the first bit the highest. */
export const WORDS_AT = PIXELS_AT + MCU_SIDE * ROW_BYTES;
/** The same as bytes of the file. */
export const BYTES_AT = WORDS_AT + WORDS_BYTES;
export const PAGES = Math.ceil((BYTES_AT + 2 * WORDS_BYTES) / PAGE_BYTES);
