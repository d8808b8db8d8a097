import { DEFAULT_THRESHOLDS, type GalleryThresholds } from "./gallery_index.ts";

/** The two thresholds that decide about names. */
export type NamingThresholds = Pick<GalleryThresholds, "known" | "unknown">;

/** Highest share of strangers who get the name of an enrolled person by default. */
const STRANGERS_NAMED_MAX = 0.001;

/**
 * Highest default of `known`; galleries of more than 15,000 faces have it. A higher one would
 * refuse more people their names than strangers: the true accept rates that were measured with the
 * false ones below (94.5 %, 92.1 %, 90.0 %, 86.5 %), continued as a normal distribution, leave two
 * pairs in three of one person at 0.62 and fall by two points with each further 0.01. The fitted
 * tail says 6.6e-8 there, so that with 100,000 faces about 0.7 % of strangers would be named.
 * Neither figure was measured: both lie far beyond the pairs that there were.
 */
export const KNOWN_MAX = 0.62;

/**
 * The fitted tail: the similarity that one pair of strangers in 100,000 reaches, and the step in
 * similarity that makes such pairs ten times rarer. Least squares over the logarithm of the false
 * accept rates of 856,493 pairs of strangers on public photos, by the embedder of the `faces`
 * model: 1e-4 at 0.415, 3e-5 at 0.449, 1e-5 at 0.475, 5e-6 at 0.501. The line is off by at most
 * 0.07 of a power of ten at each. It agrees with the strangers who were named at 0.45 in galleries
 * of one face a person, which grew linearly: 0.14 % of them with 50 people, 0.30 % with 100, 0.45 %
 * with 200, 0.87 % with 400. It is too low for small portraits of people in one setting, where 0.6
 * to 8.6 strangers in 1,000 were named at the bars that follow from it (docs/benchmarks.md).
 */
const TAIL = { similarity: 0.479, exponent: -5, decade: 0.0647 } as const;

/**
 * Lowest similarity that is worth a warning at an enrolment. All of 20 warnings between 0.38 and
 * 0.46 were wrong.
 */
const LOOKALIKE_MIN = 0.5;

/** Thresholds are in thousandths: easy to read and to type. */
const STEPS = 1_000;

/** Returns the similarity that the share `rate` of pairs of strangers reaches, as fitted. */
export function similarityOfRate(rate: number): number {
  return TAIL.similarity + (TAIL.exponent - Math.log10(rate)) * TAIL.decade;
}

/** Returns the share of pairs of strangers that reach `similarity`, as fitted. */
export function rateOfSimilarity(similarity: number): number {
  return 10 ** (TAIL.exponent - (similarity - TAIL.similarity) / TAIL.decade);
}

/**
 * Returns the default thresholds of a gallery with `faces` enrolled faces. A stranger is compared
 * with each of them, so `known` rises with their number: it is where one stranger in 1,000 would be
 * named by the fitted tail, but never below `DEFAULT_THRESHOLDS` and never above
 * {@linkcode KNOWN_MAX}. `unknown` stays as far below it as it is there, which keeps the share of strangers
 * who are uncertain the same.
 */
export function defaultThresholds(faces: number): NamingThresholds {
  const wanted = faces < 1 ? 0 : similarityOfRate(STRANGERS_NAMED_MAX / faces);
  const known = Math.min(KNOWN_MAX, Math.max(DEFAULT_THRESHOLDS.known, Math.ceil(wanted * STEPS) / STEPS));
  const band = DEFAULT_THRESHOLDS.known - DEFAULT_THRESHOLDS.unknown;
  return { known, unknown: Math.round((known - band) * STEPS) / STEPS };
}

/**
 * Returns the similarity from which a new face looks so much like another person of a gallery with
 * `faces` enrolled faces that it is probably theirs. At the default of `known`, one new face in
 * 1,000 is as near to a stranger. If one enrolment in a hundred is of somebody who is there already
 * under another name, a warning from there on is right nine times of ten.
 */
export function lookalikeSimilarity(faces: number): number {
  return Math.max(LOOKALIKE_MIN, defaultThresholds(faces).known);
}
