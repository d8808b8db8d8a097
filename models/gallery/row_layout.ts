import { CODES_AT_ONCE, ROWS_AT, ROWS_AT_ONCE, ROWS_PER_BLOCK } from "../kernels/gallery_places.ts";

/**
 * The places of the rows of a gallery in its memory. A row is one embedding, in the slot of its
 * number; a block is {@linkcode ROWS_PER_BLOCK} slots: first the codes of all of them (a byte a
 * number), then their scales and errors (a float each, see `quantise.ts`), then the embeddings
 * themselves. The codes of {@linkcode ROWS_AT_ONCE} rows are dealt out in turn, {@linkcode
 * CODES_AT_ONCE} of the first row, of the second, and so on: a scan works on these rows together,
 * and so reads memory strictly front to back, which takes two thirds of the time that row after row
 * does.
 */
export interface RowLayout {
  readonly dimensions: number;
  /**
   * The bytes of the codes of one row: its dimensions, rounded up to what the scan reads at once;
   * the rest are zeros.
   */
  readonly codeBytes: number;
  /** The places of scales, errors and floats from the start of a block on, in bytes. */
  readonly scalesAt: number;
  readonly errorsAt: number;
  readonly floatsAt: number;
  readonly blockBytes: number;
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Returns the layout for embeddings of this many numbers. */
export function rowLayout(dimensions: number): RowLayout {
  const codeBytes = Math.ceil(dimensions / CODES_AT_ONCE) * CODES_AT_ONCE;
  const scalesAt = ROWS_PER_BLOCK * codeBytes;
  const errorsAt = scalesAt + ROWS_PER_BLOCK * FLOAT_BYTES;
  const floatsAt = errorsAt + ROWS_PER_BLOCK * FLOAT_BYTES;
  return {
    dimensions,
    codeBytes,
    scalesAt,
    errorsAt,
    floatsAt,
    blockBytes: floatsAt + ROWS_PER_BLOCK * dimensions * FLOAT_BYTES,
  };
}

/** Returns the address of `block`. */
export function blockAddress({ blockBytes }: RowLayout, block: number): number {
  return ROWS_AT + block * blockBytes;
}

/** Returns the address of the embedding in `slot`. */
export function floatsAddress(layout: RowLayout, slot: number): number {
  const { floatsAt, dimensions } = layout;
  return blockAddress(layout, blockOf(slot)) + floatsAt + (slot % ROWS_PER_BLOCK) * dimensions * FLOAT_BYTES;
}

/**
 * Returns the address of the first codes of `slot`; each next part of them is `CODES_STRIDE` bytes
 * further.
 */
export function codesAddress(layout: RowLayout, slot: number): number {
  const inBlock = slot % ROWS_PER_BLOCK;
  const inGroup = inBlock % ROWS_AT_ONCE;
  return blockAddress(layout, blockOf(slot)) + (inBlock - inGroup) * layout.codeBytes + inGroup * CODES_AT_ONCE;
}

/** Returns the addresses of the scale and the error of `slot`. */
export function boundAddresses(layout: RowLayout, slot: number): { scale: number; error: number } {
  const start = blockAddress(layout, blockOf(slot)) + (slot % ROWS_PER_BLOCK) * FLOAT_BYTES;
  return { scale: start + layout.scalesAt, error: start + layout.errorsAt };
}

/** Returns the block that `slot` is in. */
export function blockOf(slot: number): number {
  return Math.floor(slot / ROWS_PER_BLOCK);
}
