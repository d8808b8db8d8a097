/**
 * What Huffman codes stand for (T.81, F.1.2): of a DC coefficient how many bits its difference from the last one has, its size; of an
 * AC coefficient its size in the lower half of a byte, and how many zeros are before it in the upper.
 */
export const SIZE_BITS = 4;

/** Two symbols that no number follows: sixteen zeros in a row, and no more but zeros. */
export const SIXTEEN_ZEROS = 0xf0;
export const END_OF_BLOCK = 0x00;

/** The largest sizes in a picture of 8 bits (T.81, tables F.1 and F.2). */
export const DC_SIZE_MAX = 11;
export const AC_SIZE_MAX = 10;
