// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else.

/** Places and shares of neighbours are whole numbers of 1/256. */
export const ONE = 256;
export const ONE_BITS = 8;

/**
 * The words of a sample: the address of the upper left of its four neighbours, then how far it lies
 * to the right of that and, in the upper half, below it.
 */
export const SAMPLE_WORDS = 2;
export const SAMPLE_DOWN_SHIFT = 16;
