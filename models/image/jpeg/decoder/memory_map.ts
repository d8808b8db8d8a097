import { VECTOR_BYTES } from "../../../kernels/memory.ts";
import {
  BLOCK_AC_TABLE,
  BLOCK_ADVANCE,
  BLOCK_DC_TABLE,
  BLOCK_PREDICTOR,
  BLOCK_QUANTISATION,
  BLOCK_SAMPLES,
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
 * Parts of the decoder's memory with fixed addresses, which the kernel knows too. Sizes are in
 * bytes.
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
  samples: BLOCK_SAMPLES,
} as const;

/** Parts of a table of Huffman codes. */
export const HUFFMAN = {
  lookup: HUFFMAN_LOOKUP,
  limits: HUFFMAN_LIMITS,
  offsets: HUFFMAN_OFFSETS,
  symbols: HUFFMAN_SYMBOLS,
} as const;

/**
 * Bytes below the end of the bits that the kernel may read before it notices the end: one MCU of
 * six blocks, each with 64 codes of at most 16 bits and values of at most 11 bits, takes 1,296
 * bytes.
 */
export const STREAM_SLACK = 2_048;

/**
 * Number of MCU rows kept: the present one and the one before, which pixels at the boundary need.
 */
export const ROWS_KEPT = 2;

/** Memory layout of the samples of one component. */
export interface Plane {
  /** Address of the first sample of the first row. */
  readonly at: number;
  /** Distance between two rows, in bytes. */
  readonly stride: number;
  /** Number of blocks in an MCU, horizontal and vertical. */
  readonly across: number;
  readonly down: number;
  /** Samples per side of a block. */
  readonly side: number;
}

/** Layout of the parts of the memory that depend on the picture. */
export interface Layout {
  readonly planes: readonly Plane[];
  /** Address and number of neutral chroma samples, used for grey pictures. */
  readonly neutralAt: number;
  readonly neutralBytes: number;
  /** Address of the pixels of one MCU row and one pixel row more. */
  readonly pixelsAt: number;
  /** End of the bits of the scan; the first byte is at the highest address. */
  readonly streamEnd: number;
  /** Total size of the memory. */
  readonly bytes: number;
}

/**
 * Padding before the first sample of a row and after the last: the kernel reads both, and
 * overwrites the padding after the last.
 */
const MARGIN = 32;

/**
 * Lays out what depends on the picture, which is `width` pixels wide once it is decoded.
 * `mcuColumns` counts MCUs; `factors` are the sampling factors of each component, and `side` the
 * samples on the side of its blocks.
 */
export function layOut(
  { width, mcuColumns, factors, streamBytes }: {
    width: number;
    mcuColumns: number;
    factors: readonly { readonly across: number; readonly down: number; readonly side: number }[];
    streamBytes: number;
  },
): Layout {
  let end = PICTURE_AT;
  const take = (bytes: number) => {
    const start = end;
    end = Math.ceil((end + bytes) / VECTOR_BYTES) * VECTOR_BYTES;
    return start;
  };
  const planes = factors.map(({ across, down, side }): Plane => {
    const stride = Math.ceil(mcuColumns * across * side / VECTOR_BYTES) * VECTOR_BYTES + 2 * MARGIN;
    return { at: take(ROWS_KEPT * down * side * stride + MARGIN) + MARGIN, stride, across, down, side };
  });
  const neutralBytes = width + 2 * MARGIN;
  const neutralAt = take(neutralBytes);
  const pixelsAt = take((factors[0].down * factors[0].side + 1) * width * 3 + 2 * MARGIN);
  const streamEnd = take(STREAM_SLACK + streamBytes) + STREAM_SLACK + streamBytes;
  return { planes, neutralAt, neutralBytes, pixelsAt, streamEnd, bytes: end + MARGIN };
}
