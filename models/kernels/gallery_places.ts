// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else.

import { KERNEL_MEMORY_START } from "./memory.ts";

/**
 * Maximum number of pages of the memory of a gallery: the full 32-bit address space. Pages that are
 * not used yet take no memory.
 */
export const GALLERY_PAGES_MAX = 65_536;

/** Rows in a block. The memory grows by a block at a time, and rows are never moved. */
export const ROWS_PER_BLOCK = 1_024;

/**
 * Rows that a scan processes together, so that each part of the query embedding is loaded once for
 * all of them.
 */
export const ROWS_AT_ONCE = 4;

/** Codes of one row that a scan loads at once. */
export const CODES_AT_ONCE = 8;

/** Distance between two parts of the codes of a row, in bytes. */
export const CODES_STRIDE = ROWS_AT_ONCE * CODES_AT_ONCE;

/** Maximum dimensions of an embedding. */
export const DIMENSIONS_MAX = 1_024;

// Layout of the scratch memory of one scan: the codes of the query embedding, 16 bits each, padded
// with zeros to a multiple of eight; the results, one float for each row; and four floats, the
// greatest of which is the greatest result.
export const QUERY_OFFSET = 0;
export const ANSWERS_OFFSET = QUERY_OFFSET + 2 * DIMENSIONS_MAX;
export const GREATEST_OFFSET = ANSWERS_OFFSET + 4 * ROWS_PER_BLOCK;
export const SCRATCH_BYTES = GREATEST_OFFSET + 16;

/** Number of scratch areas in the memory of a gallery, and so of concurrent scans. */
export const SCRATCHES = 64;

/**
 * Address of the flags of the scratch areas, one word each: 1 while a scan uses the area, else 0.
 */
export const SCRATCH_USES_AT = KERNEL_MEMORY_START;

/** Address of the first scratch area. */
export const SCRATCHES_AT = SCRATCH_USES_AT + 4 * SCRATCHES;

/** Address of the first block of rows. */
export const ROWS_AT = SCRATCHES_AT + SCRATCHES * SCRATCH_BYTES;
