import { DmlError } from "../../protocol/kernel/errors.ts";
import type { GalleryThresholds } from "./gallery_index.ts";

/** Cosine similarities of pairs of faces: of one person, and of two different ones. */
export interface Pairs {
  readonly genuine: readonly number[];
  readonly impostor: readonly number[];
}

/** How often a threshold is wrong about pairs; a pair is accepted when its similarity is the threshold or more. */
export interface RocPoint {
  readonly threshold: number;
  /** The share of impostor pairs that are accepted. */
  readonly falseAcceptRate: number;
  /** The share of genuine pairs that are not. */
  readonly falseRejectRate: number;
}

/** Where to part known, uncertain and unknown, what that is wrong about, and by which rule it was found. */
export interface Calibration extends Pick<GalleryThresholds, "known" | "unknown"> {
  readonly rule: "false accept rate" | "highest impostor";
  readonly atKnown: RocPoint;
  readonly atUnknown: RocPoint;
}

/** Thresholds are whole thousandths: finer than the data ever is, and fit to be read and typed. */
const STEPS = 1_000;
/** So many impostor pairs have to be beyond a threshold before their count says how often that happens. */
const BEYOND_MIN = 10;
/** How far above the highest impostor to stay where there are too few to say more. */
const FEW_DATA_MARGIN = 0.03;
/** Of the genuine pairs, those that may be said to be nobody's; and of the impostors, those that may be said to be somebody's. */
const GENUINE_UNKNOWN_MAX = 0.01;
const IMPOSTOR_UNCERTAIN_MAX = 0.05;

/**
 * The receiver operating characteristic: how often each threshold is wrong, at every thousandth from where all pairs are accepted
 * to where none is. Throws `usage` when there are no pairs of one of the two kinds.
 */
export function rocCurve(pairs: Pairs): RocPoint[] {
  const sorted = sortedPairs(pairs);
  const all = [sorted.genuine, sorted.impostor];
  const first = Math.floor(Math.min(...all.map((similarities) => similarities[0])) * STEPS);
  const last = stepAbove(Math.max(...all.map((similarities) => similarities[similarities.length - 1])));
  return Array.from({ length: last - first + 1 }, (_, index) => pointAt(sorted, first + index));
}

/** Where both rates are the same, or as near as the curve comes to it: the mean of the two there. */
export function equalErrorRate(curve: readonly RocPoint[]): number {
  const distance = ({ falseAcceptRate, falseRejectRate }: RocPoint) => Math.abs(falseAcceptRate - falseRejectRate);
  const { falseAcceptRate, falseRejectRate } = curve.reduce((best, point) =>
    distance(point) < distance(best) ? point : best
  );
  return (falseAcceptRate + falseRejectRate) / 2;
}

/**
 * Thresholds from pairs.
 *
 * `known` is the lowest at which no more than `falseAcceptMax` of the impostor pairs are accepted. A stranger is compared
 * with everybody, so with 1,000 people enrolled a rate of 0.001 a pair is about one chance hit a stranger: calibrate to less where
 * many are enrolled. A rate is only known from pairs beyond it; with fewer than ten such pairs `known` is a little above the highest
 * impostor instead.
 *
 * `unknown` is the highest at which no more than one genuine pair in a hundred is said to be nobody's; but not so low that more
 * than one impostor pair in twenty would be `uncertain`, and never above `known`.
 *
 * Throws `usage` when there are no pairs of one of the two kinds.
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

/** The lowest step at which no more than `share` of `sorted` are accepted. */
function lowestAccepting(sorted: Float64Array, share: number): number {
  const accepted = Math.floor(sorted.length * share);
  return accepted >= sorted.length ? -STEPS : stepAbove(sorted[sorted.length - 1 - accepted]);
}

/** The lowest step whose threshold is above `similarity`. */
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

/** How many of `sorted` are less than `threshold`. */
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
