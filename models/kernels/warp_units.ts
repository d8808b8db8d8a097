// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else.

/** Positions and weights of neighbours are multiples of 1/256. */
export const ONE = 256;
export const ONE_BITS = 8;

/**
 * Words of a sample: the address of the upper left of its four neighbours; then its distance to the
 * right of that neighbour and, in the upper half, its distance below.
 */
export const SAMPLE_WORDS = 2;
export const SAMPLE_DOWN_SHIFT = 16;
