import { DmlError } from "../../protocol/kernel/errors.ts";
import type { GalleryThresholds } from "./gallery_index.ts";

/**
 * Cosine similarities of pairs of faces: genuine pairs show the same person, impostor pairs two
 * different people.
 */
export interface Pairs {
  readonly genuine: readonly number[];
  readonly impostor: readonly number[];
}

/** Error rates of a threshold; a pair is accepted if its similarity is the threshold or more. */
export interface RocPoint {
  readonly threshold: number;
  /** Share of impostor pairs that are accepted. */
  readonly falseAcceptRate: number;
  /** Share of genuine pairs that are rejected. */
  readonly falseRejectRate: number;
}

/**
 * Thresholds between known, uncertain and unknown, their error rates, and the rule that gave
 * `known`.
 */
export interface Calibration extends Pick<GalleryThresholds, "known" | "unknown"> {
  readonly rule: "false accept rate" | "highest impostor";
  readonly atKnown: RocPoint;
  readonly atUnknown: RocPoint;
}

/**
 * Steps of thresholds in one: thousandths are finer than the data ever is, and easy to read and to
 * type.
 */
const STEPS = 1_000;
/** Smallest number of impostor pairs above a threshold from which a rate can be estimated. */
const BEYOND_MIN = 10;
/** Margin above the highest impostor similarity if there are too few pairs to estimate a rate. */
const FEW_DATA_MARGIN = 0.03;
/**
 * Largest share of genuine pairs that may be `unknown`, and of impostor pairs that may be
 * `uncertain` or `known`.
 */
const GENUINE_UNKNOWN_MAX = 0.01;
const IMPOSTOR_UNCERTAIN_MAX = 0.05;

/**
 * Returns the receiver operating characteristic: the error rates of every threshold in thousandths,
 * from the one that accepts all pairs to the one that accepts none. Throws `usage` if there are no
 * genuine or no impostor pairs.
 */
export function rocCurve(pairs: Pairs): RocPoint[] {
  const sorted = sortedPairs(pairs);
  const all = [sorted.genuine, sorted.impostor];
  const first = Math.floor(Math.min(...all.map((similarities) => similarities[0])) * STEPS);
  const last = stepAbove(Math.max(...all.map((similarities) => similarities[similarities.length - 1])));
  return Array.from({ length: last - first + 1 }, (_, index) => pointAt(sorted, first + index));
}

/** Returns the equal error rate: the mean of the two rates at the point where they differ least. */
export function equalErrorRate(curve: readonly RocPoint[]): number {
  const distance = ({ falseAcceptRate, falseRejectRate }: RocPoint) => Math.abs(falseAcceptRate - falseRejectRate);
  const { falseAcceptRate, falseRejectRate } = curve.reduce((best, point) =>
    distance(point) < distance(best) ? point : best
  );
  return (falseAcceptRate + falseRejectRate) / 2;
}

/**
 * Derives thresholds from pairs.
 *
 * `known` is the lowest threshold that accepts at most the share `falseAcceptMax` of the impostor
 * pairs. A stranger is compared with everyone, so with 1,000 people enrolled a rate of 0.001 per
 * pair means about one false match per stranger: calibrate to a lower rate if many people are
 * enrolled. A rate can be estimated only from pairs above the threshold; if fewer than ten would
 * lie there, `known` is a little above the highest impostor similarity instead.
 *
 * `unknown` is the highest threshold at which at most one genuine pair in a hundred is `unknown`,
 * but not so low that more than one impostor pair in twenty would be `uncertain`, and never above
 * `known`.
 *
 * Throws `usage` if there are no genuine or no impostor pairs.
 */
export function calibrate(pairs: Pairs, options: { falseAcceptMax?: number } = {}): Calibration {
  const { falseAcceptMax = 0.001 } = options;
  const sorted = sortedPairs(pairs);
  const { genuine, impostor } = sorted;
  const isPlenty = impostor.length * falseAcceptMax >= BEYOND_MIN;
  const highest = impostor[impostor.length - 1];
  const known = Math.min(
    STEPS,
    isPlenty ? lowestAccepting(impostor, falseAcceptMax) : Math.ceil((highest + FEW_DATA_MARGIN) * STEPS),
  );
  const genuineStep = Math.floor(genuine[Math.floor(genuine.length * GENUINE_UNKNOWN_MAX)] * STEPS);
  const unknown = Math.min(known, Math.max(genuineStep, lowestAccepting(impostor, IMPOSTOR_UNCERTAIN_MAX)));
  return {
    known: known / STEPS,
    unknown: unknown / STEPS,
    rule: isPlenty ? "false accept rate" : "highest impostor",
    atKnown: pointAt(sorted, known),
    atUnknown: pointAt(sorted, unknown),
  };
}

/** Returns the lowest step at which at most the share `share` of `sorted` is accepted. */
function lowestAccepting(sorted: Float64Array, share: number): number {
  const accepted = Math.floor(sorted.length * share);
  return accepted >= sorted.length ? -STEPS : stepAbove(sorted[sorted.length - 1 - accepted]);
}

/** Returns the lowest step whose threshold is above `similarity`. */
function stepAbove(similarity: number): number {
  const step = Math.ceil(similarity * STEPS);
  return step / STEPS > similarity ? step : step + 1;
}

function pointAt({ genuine, impostor }: { genuine: Float64Array; impostor: Float64Array }, step: number): RocPoint {
  const threshold = step / STEPS;
  return {
    threshold,
    falseAcceptRate: 1 - countBelow(impostor, threshold) / impostor.length,
    falseRejectRate: countBelow(genuine, threshold) / genuine.length,
  };
}

/** Returns the number of values in `sorted` that are less than `threshold`. */
function countBelow(sorted: Float64Array, threshold: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sortedPairs({ genuine, impostor }: Pairs): { genuine: Float64Array; impostor: Float64Array } {
  const advice = "Name a directory with a folder for each person: two people at least, and one with two pictures.";
  if (genuine.length === 0) throw new DmlError("usage", "There are no two pictures of one person.", { advice });
  if (impostor.length === 0) throw new DmlError("usage", "There are no pictures of two people.", { advice });
  return { genuine: Float64Array.from(genuine).sort(), impostor: Float64Array.from(impostor).sort() };
}
