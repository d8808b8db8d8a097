import type { PictureInput } from "../manifest/picture_input.ts";

type Numbers = Pick<PictureInput, "scale" | "mean" | "std">;

/**
 * The usual ways to bring samples of 0..255 to the range that a model was trained on: `(sample *
 * scale - mean) / std`.
 */
const NORMALISATIONS = {
  /** torchvision's: the mean and the deviation of ImageNet, R, G, B. */
  imagenet: { scale: 1 / 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  /** 0..1 */
  unit: { scale: 1 / 255, mean: [0], std: [1] },
  /** -1..1 */
  symmetric: { scale: 1, mean: [127.5], std: [127.5] },
  /** Almost -1..1, for UltraFace and its kin. */
  around_127: { scale: 1, mean: [127], std: [128] },
  /** 0..255 */
  none: { scale: 1, mean: [0], std: [1] },
} as const satisfies Readonly<Record<string, Numbers>>;

export type NormalisationName = keyof typeof NORMALISATIONS;
export const NORMALISATION_NAMES = Object.keys(NORMALISATIONS).filter(isNormalisation);

/** Returns true if `text` names one of {@linkcode NORMALISATIONS}. */
export function isNormalisation(text: string): text is NormalisationName {
  return Object.hasOwn(NORMALISATIONS, text);
}

/**
 * Returns the numbers of `name` for a picture of so many channels: grey has one mean, the middle of
 * the three.
 */
export function normalisationOf(name: NormalisationName, channelCount: 1 | 3): Numbers {
  const { scale, mean, std } = NORMALISATIONS[name];
  const fitted = (numbers: readonly number[]) => numbers.length > channelCount ? [numbers[1]] : [...numbers];
  return { scale, mean: fitted(mean), std: fitted(std) };
}
