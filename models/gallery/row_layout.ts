/** Rows that lie together. Memory grows by this many, and none is ever moved. */
export const ROWS_PER_BLOCK = 1_024;

/** Rows that a scan works on together; each part of the embedding asked about is loaded once for all of them. */
export const ROWS_AT_ONCE = 4;
/** Codes of one row that a scan reads at once. */
export const CODES_AT_ONCE = 8;

/**
 * Where the rows of a gallery lie in its memory. A row is one embedding, in the slot of its number; a block is
 * {@linkcode ROWS_PER_BLOCK} slots: first the codes of all of them (a byte a number), then their scales and errors (a float
 * each, see `quantise.ts`), then the embeddings themselves. The codes of {@linkcode ROWS_AT_ONCE} rows are dealt out in turn,
 * {@linkcode CODES_AT_ONCE} of the first row, of the second, and so on: a scan works on these rows together, and so reads memory
 * strictly front to back, which takes two thirds of the time that row after row does.
 */
export interface RowLayout {
  readonly dimensions: number;
  /** Of the codes of one row: the dimensions, rounded up to what the scan reads at once; the rest are zeros. */
  readonly codeBytes: number;
  /** From the start of a block. */
  readonly scalesAt: number;
  readonly errorsAt: number;
  readonly floatsAt: number;
  readonly blockBytes: number;
}

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The layout for embeddings of this many numbers. */
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

/** The address of the embedding in `slot`, in bytes. */
export function floatsAddress({ blockBytes, floatsAt, dimensions }: RowLayout, slot: number): number {
  return blockOf(slot) * blockBytes + floatsAt + (slot % ROWS_PER_BLOCK) * dimensions * FLOAT_BYTES;
}

/** The address of the first codes of `slot`, in bytes; each next part of them is {@linkcode CODES_STRIDE} further. */
export function codesAddress({ blockBytes, codeBytes }: RowLayout, slot: number): number {
  const inBlock = slot % ROWS_PER_BLOCK;
  const inGroup = inBlock % ROWS_AT_ONCE;
  return blockOf(slot) * blockBytes + (inBlock - inGroup) * codeBytes + inGroup * CODES_AT_ONCE;
}

/** From one part of the codes of a row to the next, in bytes. */
export const CODES_STRIDE = ROWS_AT_ONCE * CODES_AT_ONCE;

/** The addresses of the scale and the error of `slot`, in bytes. */
export function boundAddresses(
  { blockBytes, scalesAt, errorsAt }: RowLayout,
  slot: number,
): { scale: number; error: number } {
  const start = blockOf(slot) * blockBytes + (slot % ROWS_PER_BLOCK) * FLOAT_BYTES;
  return { scale: start + scalesAt, error: start + errorsAt };
}

/** The block that `slot` is in. */
export function blockOf(slot: number): number {
  return Math.floor(slot / ROWS_PER_BLOCK);
}
