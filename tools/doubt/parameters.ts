import { DOUBT_NUMBERS, type FaceDoubtParameters } from "../../models/manifest/face_doubt.ts";
import { DOUBTED_HEIGHT_MIN } from "./face_reader.ts";
import type { LinearClassifier } from "./logistic_regression.ts";
import type { Bars } from "./report.ts";

/** Significant digits of the weights: more change no probability by a thousandth. */
const DIGITS = 4;

/** Returns the classifier as it stands in a manifest. */
export function parametersOf({ bias, weights }: LinearClassifier, bars: Bars): FaceDoubtParameters {
  const all = Array.from(weights, (weight) => Number(weight.toPrecision(DIGITS)));
  return {
    heightMin: DOUBTED_HEIGHT_MIN,
    bias: Number(bias.toPrecision(DIGITS)),
    numbers: all.slice(-DOUBT_NUMBERS),
    embedding: all.slice(0, -DOUBT_NUMBERS),
    ...bars,
  };
}
