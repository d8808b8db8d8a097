import { BLOCK_SIDE } from "../block.ts";
import { type BaselineJpeg, CHROMA_WIDTH_MIN } from "./baseline_jpeg.ts";

/** The number by which the sides of a picture are divided as it is decoded. */
export type ScaleDenominator = 1 | 2 | 4 | 8;

/**
 * Returns for each component how many samples a side its blocks are transformed to, as jdmaster.c
 * does: chroma with fewer samples than luma is reduced less, if then it need not be interpolated.
 * Returns `null` if it would have to be repeated instead, which the decoder does not do.
 */
export function samplesOfBlocks(
  { width, components: [luma, ...chroma] }: BaselineJpeg,
  scaleDenominator: ScaleDenominator,
): number[] | null {
  const least = BLOCK_SIDE / scaleDenominator;
  let side = least;
  const [across, down] = [luma.across * least, luma.down * least];
  while (chroma.length > 0 && side < BLOCK_SIDE && across % (2 * side) === 0 && down % (2 * side) === 0) side *= 2;
  const isInterpolated = chroma.length > 0 && side < across;
  const chromaWidth = Math.ceil(width * side / (luma.across * BLOCK_SIDE));
  if (isInterpolated && scaleDenominator > 1 && (least === 1 || chromaWidth < CHROMA_WIDTH_MIN)) return null;
  return [least, ...chroma.map(() => side)];
}
