// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else. Everything here has a fixed address; the parts that depend on the picture follow,
// see `models/image/jpeg/decoder/memory_map.ts`.
import { KERNEL_MEMORY_START } from "../memory.ts";

/**
 * Dequantised coefficients of one block, 16 bits each, in the order of `coefficientOffset()`. All
 * zero between blocks.
 */
export const BLOCK_AT = KERNEL_MEMORY_START;

/** Position of the decoder in the bits of the scan, kept between calls. */
export const STATE_AT = BLOCK_AT + 128;
/**
 * Fields of the state: the loaded bits (64), the number of valid ones, the address of the following
 * bits, and their end, counted in bits.
 */
export const STATE_BITS = 0;
export const STATE_COUNT = 8;
export const STATE_STREAM_AT = 12;
export const STATE_LIMIT = 16;
/** Target address for the next bytes of the scan. */
export const STATE_TARGET = 20;

/**
 * Intermediate values of the inverse DCT: first as vectors of four 32-bit numbers, then of eight
 * 16-bit ones.
 */
export const WIDE_WORKSPACE_AT = STATE_AT + 64;
export const WORKSPACE_AT = WIDE_WORKSPACE_AT + 128;

/** List of the blocks of an MCU, in the order of the file. */
export const BLOCKS_AT = WORKSPACE_AT + 128;
export const BLOCKS_MAX = 6;
export const BLOCK_ENTRY_BYTES = 32;
/**
 * Fields of it, all addresses but the last three: the place of its samples, the way to the next
 * MCU's and to the next row's, and how many samples it gets a side.
 */
export const BLOCK_DC_TABLE = 0;
export const BLOCK_AC_TABLE = 4;
export const BLOCK_QUANTISATION = 8;
export const BLOCK_PREDICTOR = 12;
export const BLOCK_TARGET = 16;
export const BLOCK_ADVANCE = 20;
export const BLOCK_STRIDE = 24;
export const BLOCK_SAMPLES = 28;

/** Previous DC coefficient of each component (T.81, F.1.1.5.1). */
export const PREDICTORS_AT = BLOCKS_AT + BLOCKS_MAX * BLOCK_ENTRY_BYTES;

/**
 * One quantisation table for each component: for each coefficient `step << 16 | IS_HIGH | offset`;
 * see `quantisation_table.ts`.
 */
export const QUANTISATION_AT = PREDICTORS_AT + 64;
export const QUANTISATION_BYTES = 80 * 4;
const COMPONENTS_MAX = 3;
/** Flag of a coefficient outside the 4 x 4 lowest frequencies. */
export const IS_HIGH = 0x80;
/** Mask of the offset in an entry. */
export const OFFSET_MASK = 0x7f;

/** DC tables 0..3, then AC tables 0..3; see `huffman_lookup.ts`. */
export const HUFFMAN_AT = QUANTISATION_AT + COMPONENTS_MAX * QUANTISATION_BYTES;
export const LOOKUP_BITS = 10;
/** Code lengths that are compared at once if the lookup has no entry: 9 to 16 bits. */
export const LONG_CODE_MIN = 9;
export const LONG_CODES = 8;
/**
 * Parts of a Huffman table: the lookup of the next ten bits, the limits of longer codes, the
 * offsets to their symbols, and the symbols.
 */
export const HUFFMAN_LOOKUP = 0;
export const HUFFMAN_LIMITS = 4_096;
export const HUFFMAN_OFFSETS = 4_112;
export const HUFFMAN_SYMBOLS = 4_144;
export const HUFFMAN_BYTES = 4_400;
/** The number of tables of each kind (T.81, B.2.4.2). */
export const TABLES_MAX = 4;

/**
 * Chunk of the file from which the bits of the scan are taken, followed by two bytes that look like
 * a marker.
 */
export const CHUNK_AT = HUFFMAN_AT + 2 * TABLES_MAX * HUFFMAN_BYTES;
export const CHUNK_BYTES_MAX = 32_768;
const CHUNK_SLACK = 64;

/** End of the parts with a fixed address. */
export const PICTURE_AT = CHUNK_AT + CHUNK_BYTES_MAX + CHUNK_SLACK;

/** Results of `decode` and `transform`: continue, or leave the picture to another decoder. */
export const DECODED = 0;
export const GIVEN_UP = 1;

/**
 * Maximum sum of the absolute coefficients of a block, so that each fits 16 bits and all sums of
 * products fit 32 bits: an intermediate value is at most 4 x 1.3871 times the sum, and the weights
 * of one output add up to at most 1.3871 x 2^13.
 */
export const SUM_MAX = 32_767;

/**
 * The same for a block that is decoded at a reduced size: no number between the passes is more than
 * 5.2 times that, and no weight of the second pass is more than 2^15 after one of at most 4, or
 * 20,995 after one of at most 5.2.
 */
export const REDUCED_SUM_MAX = 16_000;

/** Pixels that are written at once. */
export const PIXELS_AT_ONCE = 16;
