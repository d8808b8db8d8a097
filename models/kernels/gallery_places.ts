// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else.

import { KERNEL_MEMORY_START } from "./memory.ts";

/**
 * The pages that the memory of a gallery may grow to: all that 32 bits address. What is not grown
 * into takes no memory.
 */
export const GALLERY_PAGES_MAX = 65_536;

/** Rows that lie together. Memory grows by this many, and none is ever moved. */
export const ROWS_PER_BLOCK = 1_024;

/**
 * Rows that a scan works on together; each part of the embedding asked about is loaded once for all
 * of them.
 */
export const ROWS_AT_ONCE = 4;

/** Codes of one row that a scan reads at once. */
export const CODES_AT_ONCE = 8;

/** The bytes from one part of the codes of a row to the next. */
export const CODES_STRIDE = ROWS_AT_ONCE * CODES_AT_ONCE;

/** The most numbers that an embedding may have. */
export const DIMENSIONS_MAX = 1_024;

// The scratch of one scan: the codes of the embedding asked about, 16 bits each, with zeros up to a
// multiple of eight; the answers, a float a row; and four floats, the greatest of which is the
// greatest answer.
export const QUERY_OFFSET = 0;
export const ANSWERS_OFFSET = QUERY_OFFSET + 2 * DIMENSIONS_MAX;
export const GREATEST_OFFSET = ANSWERS_OFFSET + 4 * ROWS_PER_BLOCK;
export const SCRATCH_BYTES = GREATEST_OFFSET + 16;

/** Scratches in the memory of a gallery: so many scans may be under way at a time. */
export const SCRATCHES = 64;

/** The address of a word a scratch, which is 1 while a scan uses that scratch and else 0. */
export const SCRATCH_USES_AT = KERNEL_MEMORY_START;

/** The address of the first scratch. */
export const SCRATCHES_AT = SCRATCH_USES_AT + 4 * SCRATCHES;

/** The address of the first block of rows. */
export const ROWS_AT = SCRATCHES_AT + SCRATCHES * SCRATCH_BYTES;
