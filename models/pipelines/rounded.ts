/**
 * Rounds `value` to this many decimals. Finer ones are a model file's noise and would only lengthen
 * the response.
 */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  // Adding zero turns minus zero, which JSON does not carry, into plain zero.
  return Math.round(value * scale) / scale + 0;
}

/** Rounds `value` to as many significant digits as a 32-bit float holds. */
export function roundedFloat(value: number): number {
  return Number(value.toPrecision(7)) + 0;
}

/**
 * Truncates `durationMs` to hundredths of a millisecond, so that the parts never add up to more
 * than their total.
 */
export function truncatedToHundredths(durationMs: number): number {
  return Math.floor(durationMs * 100) / 100;
}
