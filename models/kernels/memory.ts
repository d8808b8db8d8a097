// Read by TypeScript and by AssemblyScript alike, so it holds constants that are numbers, and
// nothing else.

/** Bytes of a vector of 128 bits. */
export const VECTOR_BYTES = 16;

/** Bytes of a page, the unit in which WebAssembly memory grows. */
export const PAGE_BYTES = 65_536;

/**
 * Address at which the compiler places the constants of a kernel. Nothing may lie below it: the
 * compiler assumes that the sum of an address and a small constant is never below it, and folds
 * such constants into loads and stores.
 */
export const KERNEL_CONSTANTS_START = 1_024;

/** The first address that is free for the data of a kernel; its constants lie before it. */
export const KERNEL_MEMORY_START = 4_096;
