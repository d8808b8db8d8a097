import { VECTOR_BYTES } from "../../../wasm/instructions.ts";
import { BLOCK_SIDE } from "../block.ts";

/** What lies where in the memory of the decoder, in bytes. The first part has a fixed place, what depends on the picture follows. */
/** The coefficients of one block, 16 bits each, dequantised, in the order of `coefficientOffset()`. All zero between blocks. */
export const BLOCK_AT = 0;

/** Vectors that code refers to. */
export const CONSTANTS_AT = 128;

/** Where the decoder is in the bits of the scan, from one call to the next. */
export const STATE_AT = 1_280;
/** Fields of it: bits that are loaded (64), how many are good, where the next come from, and where their end is, in bits. */
export const STATE = { bits: 0, count: 8, at: 12, limit: 16, target: 20 } as const;

/** One entry a block of an MCU, in the order of the file. */
export const BLOCKS_AT = 1_344;
const BLOCKS_MAX = 6;
export const BLOCK_ENTRY_BYTES = 32;
/** Fields of it, all addresses but the steps: where samples go, how far the next MCU's are, how far the next row's. */
export const BLOCK_ENTRY = {
  dcTable: 0,
  acTable: 4,
  quantisation: 8,
  predictor: 12,
  target: 16,
  advance: 20,
  stride: 24,
} as const;

/** The last DC coefficient of each component (T.81, F.1.1.5.1). */
export const PREDICTORS_AT = BLOCKS_AT + BLOCKS_MAX * BLOCK_ENTRY_BYTES;

/** One table a component: for each coefficient its step and its place; see `quantisation_table.ts`. */
export const QUANTISATION_AT = 1_600;
export const QUANTISATION_BYTES = 80 * 4;

/** DC tables 0..3, then AC tables 0..3; see `huffman_lookup.ts`. */
export const HUFFMAN_AT = 4_096;
export const LOOKUP_BITS = 10;
/** Parts of a table: what the next ten bits mean, the ends of longer codes, where their symbols are, the symbols. */
export const HUFFMAN = { lookup: 0, limits: 4_096, offsets: 4_112, symbols: 4_144 } as const;
export const HUFFMAN_BYTES = 4_400;
/** As many of each kind (T.81, B.2.4.2). */
export const TABLES_MAX = 4;

/** A part of the file, from which the bits of the scan are taken. Behind it are two bytes that look like a marker. */
export const CHUNK_AT = HUFFMAN_AT + 2 * TABLES_MAX * HUFFMAN_BYTES;
export const CHUNK_BYTES_MAX = 32 * 1_024;
const CHUNK_SLACK = 64;

/** What depends on the picture. */
const PICTURE_AT = CHUNK_AT + CHUNK_BYTES_MAX + CHUNK_SLACK;

/**
 * How far below its end the code may look for bits before it notices: one MCU of six blocks, each 64 codes of 16 bits with 11 bits
 * of value at most, is 1,296 bytes.
 */
export const STREAM_SLACK = 2_048;

/** Rows of MCUs that are kept: the present one and, for the rows next to it, the one before. */
export const ROWS_KEPT = 2;

/** How the samples of one component lie in the memory. */
export interface Plane {
  /** The first sample of the first row. */
  readonly at: number;
  /** From one row to the next. */
  readonly stride: number;
  /** How many blocks of an MCU it has across and down. */
  readonly across: number;
  readonly down: number;
}

/** Where what depends on the picture lies. */
export interface Layout {
  readonly planes: readonly Plane[];
  /** Samples of no colour, for the pictures that have none, and how many. */
  readonly neutralAt: number;
  readonly neutralBytes: number;
  /** Pixels of a row of MCUs and of the row before it. */
  readonly pixelsAt: number;
  /** The end of the bits of the scan, whose first byte is at the highest address. */
  readonly streamEnd: number;
  /** What all of it takes. */
  readonly bytes: number;
}

/** Room before the first sample of a row and behind the last: both are looked at, and what is behind is written over. */
const MARGIN = 32;

/** Lays out what depends on the picture. `mcuColumns` counts MCUs; `factors` are the sampling factors of each component. */
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
