// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else.

/** Samples, and coefficients, on the side of a block (T.81, A.1.1). */
export const BLOCK_SIDE = 8;
export const BLOCK_SIZE = BLOCK_SIDE * BLOCK_SIDE;

/**
 * The middle of the samples: they are transformed with so much less (T.81, A.3.1), and chroma of so
 * much is no colour.
 */
export const SAMPLE_CENTRE = 128;

/**
 * The first byte of every marker. In coded data a zero follows each such byte that begins none
 * (T.81, B.1.1.5).
 */
export const MARKER_START = 0xff;

/** The longest Huffman code, in bits. */
export const CODE_MAX = 16;

// The symbols that Huffman codes stand for (T.81, F.1.2): of a DC coefficient how many bits its
// difference from the last one has, its size; of an AC coefficient its size in the lower half of a
// byte, and how many zeros are before it in the upper.
export const SIZE_BITS = 4;

/** The two symbols that no number follows: sixteen zeros in a row, and no more but zeros. */
export const SIXTEEN_ZEROS = 0xf0;
export const END_OF_BLOCK = 0x00;

/** The largest sizes in a picture of 8 bits (T.81, tables F.1 and F.2). */
export const DC_SIZE_MAX = 11;
export const AC_SIZE_MAX = 10;
