// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else.

/** Side of a block, in samples or coefficients (T.81, A.1.1). */
export const BLOCK_SIDE = 8;
export const BLOCK_SIZE = BLOCK_SIDE * BLOCK_SIDE;

/**
 * Centre of the sample range: it is subtracted from samples before the transform (T.81, A.3.1), and
 * chroma of this value is neutral.
 */
export const SAMPLE_CENTRE = 128;

/**
 * First byte of every marker. In coded data a zero byte is stuffed after each such byte that does
 * not start a marker (T.81, B.1.1.5).
 */
export const MARKER_START = 0xff;

/** Maximum length of a Huffman code, in bits. */
export const CODE_MAX = 16;

// Layout of the symbols that Huffman codes encode (T.81, F.1.2). For a DC coefficient it is the
// size: the number of bits of its difference from the previous one. For an AC coefficient the lower
// half of the byte is its size, and the upper half the number of zeros before it.
export const SIZE_BITS = 4;

/**
 * The two symbols without a number after them: sixteen zeros in a row, and the end of the block.
 */
export const SIXTEEN_ZEROS = 0xf0;
export const END_OF_BLOCK = 0x00;

/** The largest sizes in a picture of 8 bits (T.81, tables F.1 and F.2). */
export const DC_SIZE_MAX = 11;
export const AC_SIZE_MAX = 10;
