import { BLOCK_SIDE } from "../block.ts";

/**
 * A forward transform of libjpeg: `accurate` (jfdctint.c, "islow") or `fast` (jfdctfst.c, "ifast").
 * TurboJPEG uses the accurate one from quality 96 on.
 */
export type TransformKind = "accurate" | "fast";

/** Returns the transform that TurboJPEG uses at a quality (`processFlags` of turbojpeg.c). */
export function transformKind(quality: number): TransformKind {
  return quality >= 96 ? "accurate" : "fast";
}

/**
 * Factors that the fast transform leaves in row or column k: `cos(k pi / 16) sqrt(2)` for k above
 * 0; see {@linkcode divisors}.
 */
const FAST_SCALES = Array.from(
  { length: BLOCK_SIDE },
  (_, index) => index === 0 ? 1 : Math.cos(index * Math.PI / 16) * Math.SQRT2,
);
const FAST_SCALE_BITS = 14;

/**
 * Returns the divisors of the coefficients for a quantisation table. Both transforms leave
 * coefficients eight times too large, and the fast one also leaves a factor in each row and column
 * (`start_pass_fdctmgr` of jcdctmgr.c).
 */
export function divisors(table: readonly number[], kind: TransformKind): number[] {
  if (kind === "accurate") return table.map((value) => 8 * value);
  return table.map((value, at) => {
    const [row, column] = [Math.floor(at / BLOCK_SIDE), at % BLOCK_SIDE];
    const scale = Math.round(FAST_SCALES[row] * FAST_SCALES[column] * 2 ** FAST_SCALE_BITS);
    return Math.floor((value * scale + 2 ** (FAST_SCALE_BITS - 4)) / 2 ** (FAST_SCALE_BITS - 3));
  });
}

/**
 * Returns the numbers with which the kernel divides in 16 bits: factors whose product with the
 * dividend, divided by 2^15, is the quotient or one less; the divisors; and the largest remainders
 * for which that quotient is correct.
 */
export function reciprocals(
  divisorsOfBlock: readonly number[],
): { factors: Int16Array; divisors: Int16Array; remaindersMax: Int16Array } {
  return {
    factors: Int16Array.from(divisorsOfBlock, (divisor) => Math.min(Math.floor(2 ** 15 / divisor), 2 ** 15 - 1)),
    divisors: Int16Array.from(divisorsOfBlock),
    remaindersMax: Int16Array.from(divisorsOfBlock, (divisor) => Math.ceil(divisor / 2) - 1),
  };
}
