import { VECTOR_BYTES } from "../../../kernels/memory.ts";
import { BLOCK_SIDE } from "../../../kernels/jpeg.ts";
import {
  BLOCK_AC_TABLE,
  BLOCK_ADVANCE,
  BLOCK_DC_TABLE,
  BLOCK_PREDICTOR,
  BLOCK_QUANTISATION,
  BLOCK_STRIDE,
  BLOCK_TARGET,
  HUFFMAN_LIMITS,
  HUFFMAN_LOOKUP,
  HUFFMAN_OFFSETS,
  HUFFMAN_SYMBOLS,
  PICTURE_AT,
  STATE_BITS,
  STATE_COUNT,
  STATE_LIMIT,
  STATE_STREAM_AT,
  STATE_TARGET,
} from "../../../kernels/jpeg_decoder/memory_map.ts";

/**
 * The parts of the decoder's memory that have a fixed place, in bytes; the kernel knows them, too.
 */
export {
  BLOCK_AT,
  BLOCK_ENTRY_BYTES,
  BLOCKS_AT,
  CHUNK_AT,
  CHUNK_BYTES_MAX,
  HUFFMAN_AT,
  HUFFMAN_BYTES,
  LOOKUP_BITS,
  PREDICTORS_AT,
  QUANTISATION_AT,
  QUANTISATION_BYTES,
  STATE_AT,
  TABLES_MAX,
} from "../../../kernels/jpeg_decoder/memory_map.ts";

/** Fields of the state at `STATE_AT`. */
export const STATE = {
  bits: STATE_BITS,
  count: STATE_COUNT,
  at: STATE_STREAM_AT,
  limit: STATE_LIMIT,
  target: STATE_TARGET,
} as const;

/** Fields of an entry of the list of blocks. */
export const BLOCK_ENTRY = {
  dcTable: BLOCK_DC_TABLE,
  acTable: BLOCK_AC_TABLE,
  quantisation: BLOCK_QUANTISATION,
  predictor: BLOCK_PREDICTOR,
  target: BLOCK_TARGET,
  advance: BLOCK_ADVANCE,
  stride: BLOCK_STRIDE,
} as const;

/** Parts of a table of Huffman codes. */
export const HUFFMAN = {
  lookup: HUFFMAN_LOOKUP,
  limits: HUFFMAN_LIMITS,
  offsets: HUFFMAN_OFFSETS,
  symbols: HUFFMAN_SYMBOLS,
} as const;

/**
 * How far below its end the code may look for bits before it notices: one MCU of six blocks, each
 * 64 codes of 16 bits with 11 bits of value at most, is 1,296 bytes.
 */
export const STREAM_SLACK = 2_048;

/** Rows of MCUs that are kept: the present one and, for the rows next to it, the one before. */
export const ROWS_KEPT = 2;

/** The place of the samples of one component in the memory. */
export interface Plane {
  /** The first sample of the first row. */
  readonly at: number;
  /** From one row to the next. */
  readonly stride: number;
  /** How many blocks of an MCU it has across and down. */
  readonly across: number;
  readonly down: number;
}

/** The places of all that depends on the picture. */
export interface Layout {
  readonly planes: readonly Plane[];
  /** Samples of no colour, for the pictures that have none, and how many. */
  readonly neutralAt: number;
  readonly neutralBytes: number;
  /** Pixels of a row of MCUs and of the row before it. */
  readonly pixelsAt: number;
  /** The end of the bits of the scan, whose first byte is at the highest address. */
  readonly streamEnd: number;
  /** The size of the memory that all of it takes. */
  readonly bytes: number;
}

/**
 * Room before the first sample of a row and behind the last: both are looked at, and what is behind
 * is written over.
 */
const MARGIN = 32;

/**
 * Lays out what depends on the picture. `mcuColumns` counts MCUs; `factors` are the sampling
 * factors of each component.
 */
export function layOut(
  { width, mcuColumns, factors, streamBytes }: {
    width: number;
    mcuColumns: number;
    factors: readonly { readonly across: number; readonly down: number }[];
    streamBytes: number;
  },
): Layout {
  let end = PICTURE_AT;
  const take = (bytes: number) => {
    const start = end;
    end = Math.ceil((end + bytes) / VECTOR_BYTES) * VECTOR_BYTES;
    return start;
  };
  const planes = factors.map(({ across, down }): Plane => {
    const stride = Math.ceil(mcuColumns * across * BLOCK_SIDE / VECTOR_BYTES) * VECTOR_BYTES + 2 * MARGIN;
    return { at: take(ROWS_KEPT * down * BLOCK_SIDE * stride + MARGIN) + MARGIN, stride, across, down };
  });
  const neutralBytes = width + 2 * MARGIN;
  const neutralAt = take(neutralBytes);
  const pixelsAt = take((factors[0].down * BLOCK_SIDE + 1) * width * 3 + 2 * MARGIN);
  const streamEnd = take(STREAM_SLACK + streamBytes) + STREAM_SLACK + streamBytes;
  return { planes, neutralAt, neutralBytes, pixelsAt, streamEnd, bytes: end + MARGIN };
}
