// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else. Everything here has a fixed place; what depends on the picture comes behind it, see
// `models/image/jpeg/decoder/memory_map.ts`.
import { KERNEL_MEMORY_START } from "../memory.ts";

/**
 * The coefficients of one block, 16 bits each, dequantised, in the order of `coefficientOffset()`.
 * All zero between blocks.
 */
export const BLOCK_AT = KERNEL_MEMORY_START;

/** The place of the decoder in the bits of the scan, from one call to the next. */
export const STATE_AT = BLOCK_AT + 128;
/**
 * Fields of it: bits that are loaded (64), how many are good, where the next come from, and where
 * their end is, in bits.
 */
export const STATE_BITS = 0;
export const STATE_COUNT = 8;
export const STATE_STREAM_AT = 12;
export const STATE_LIMIT = 16;
/** The place that the next bytes of the scan are copied to. */
export const STATE_TARGET = 20;

/**
 * Numbers between the steps of the inverse DCT: vectors of four of 32 bits, and then of eight of 16
 * bits.
 */
export const WIDE_WORKSPACE_AT = STATE_AT + 64;
export const WORKSPACE_AT = WIDE_WORKSPACE_AT + 128;

/** One entry a block of an MCU, in the order of the file. */
export const BLOCKS_AT = WORKSPACE_AT + 128;
export const BLOCKS_MAX = 6;
export const BLOCK_ENTRY_BYTES = 32;
/**
 * Fields of it, all addresses but the last two: the place of its samples, the way to the next MCU's
 * and to the next row's.
 */
export const BLOCK_DC_TABLE = 0;
export const BLOCK_AC_TABLE = 4;
export const BLOCK_QUANTISATION = 8;
export const BLOCK_PREDICTOR = 12;
export const BLOCK_TARGET = 16;
export const BLOCK_ADVANCE = 20;
export const BLOCK_STRIDE = 24;

/** The last DC coefficient of each component (T.81, F.1.1.5.1). */
export const PREDICTORS_AT = BLOCKS_AT + BLOCKS_MAX * BLOCK_ENTRY_BYTES;

/**
 * One table a component: for each coefficient `step << 16 | IS_HIGH | offset`; see
 * `quantisation_table.ts`.
 */
export const QUANTISATION_AT = PREDICTORS_AT + 64;
export const QUANTISATION_BYTES = 80 * 4;
const COMPONENTS_MAX = 3;
/** The flag of a coefficient outside the 4 x 4 of the lowest frequencies. */
export const IS_HIGH = 0x80;
/** The part of an entry that is an offset. */
export const OFFSET_MASK = 0x7f;

/** DC tables 0..3, then AC tables 0..3; see `huffman_lookup.ts`. */
export const HUFFMAN_AT = QUANTISATION_AT + COMPONENTS_MAX * QUANTISATION_BYTES;
export const LOOKUP_BITS = 10;
/** The lengths of codes that are looked at together when the lookup does not know: 9 to 16 bits. */
export const LONG_CODE_MIN = 9;
export const LONG_CODES = 8;
/**
 * Parts of a table: the meaning of the next ten bits, the ends of longer codes, the places of their
 * symbols, the symbols.
 */
export const HUFFMAN_LOOKUP = 0;
export const HUFFMAN_LIMITS = 4_096;
export const HUFFMAN_OFFSETS = 4_112;
export const HUFFMAN_SYMBOLS = 4_144;
export const HUFFMAN_BYTES = 4_400;
/** The number of tables of each kind (T.81, B.2.4.2). */
export const TABLES_MAX = 4;

/**
 * A part of the file, from which the bits of the scan are taken. Behind it are two bytes that look
 * like a marker.
 */
export const CHUNK_AT = HUFFMAN_AT + 2 * TABLES_MAX * HUFFMAN_BYTES;
export const CHUNK_BYTES_MAX = 32_768;
const CHUNK_SLACK = 64;

/** The end of what has a fixed place. */
export const PICTURE_AT = CHUNK_AT + CHUNK_BYTES_MAX + CHUNK_SLACK;

/** The answers of `decode` and `transform`: go on, or leave the picture to another decoder. */
export const DECODED = 0;
export const GIVEN_UP = 1;

/**
 * The most that the absolute values of a block's coefficients may add up to, so that each is a
 * 16-bit number and all sums of products are 32-bit ones: no number between the passes is more than
 * 4 x 1.3871 times that, and all weights of a transform for one output are 1.3871 x 2^13 at most.
 */
export const SUM_MAX = 32_767;

/** Pixels that are written at once. */
export const PIXELS_AT_ONCE = 16;
