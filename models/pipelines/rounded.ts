/** `value` with so many decimals: finer ones are a model file's noise, and would fill the answer with digits. */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  // Adding zero makes minus zero, which JSON does not carry, a plain one.
  return Math.round(value * scale) / scale + 0;
}

/** `value` with as many significant digits as a 32-bit float has. */
export function roundedFloat(value: number): number {
  return Number(value.toPrecision(7)) + 0;
}

/** `durationMs` in hundredths; what is finer is cut off, so that parts never come to more than their whole. */
export function inHundredths(durationMs: number): number {
  return Math.floor(durationMs * 100) / 100;
}
