/** Number of floats in a vector. */
export const LANES: u32 = 4;
export const FLOAT_BYTES: u32 = 4;
