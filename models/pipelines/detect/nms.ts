import { type Box, intersectionOverUnion } from "../../image/geometry/geometry.ts";

/** A box with the score of the object in it. */
export interface Scored {
  readonly box: Box;
  readonly score: number;
}

/**
 * Performs greedy non-maximum suppression: returns the candidates, best first, without those that
 * overlap a better one by more than `overlapMax` (intersection over union), at most `countMax`.
 * Equal scores keep the order of `candidates`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const face = { box: { x: 0, y: 0, width: 10, height: 10 }, score: 0.9 };
 * const echo = { box: { x: 1, y: 0, width: 10, height: 10 }, score: 0.8 };
 * assertEquals(suppressOverlaps([echo, face], { overlapMax: 0.4, countMax: 128 }), [face]);
 * ```
 */
export function suppressOverlaps<Candidate extends Scored>(
  candidates: readonly Candidate[],
  options: { overlapMax: number; countMax: number },
): Candidate[] {
  const kept: Candidate[] = [];
  const bestFirst = [...candidates].sort((one, other) => other.score - one.score);
  for (const candidate of bestFirst) {
    if (kept.length >= options.countMax) break;
    const isNew = kept.every((better) => intersectionOverUnion(better.box, candidate.box) <= options.overlapMax);
    if (isNew) kept.push(candidate);
  }
  return kept;
}

/**
 * Applies {@linkcode suppressOverlaps} to each class separately, and returns the best `countMax` of
 * the remaining candidates, best first.
 */
export function suppressOverlapsByClass<Candidate extends Scored & { readonly index: number }>(
  candidates: readonly Candidate[],
  options: { overlapMax: number; countMax: number },
): Candidate[] {
  const classes = new Map<number, Candidate[]>();
  for (const candidate of candidates) {
    const others = classes.get(candidate.index);
    if (others === undefined) classes.set(candidate.index, [candidate]);
    else others.push(candidate);
  }
  const kept = [...classes.values()].flatMap((ofClass) => suppressOverlaps(ofClass, options));
  return kept.sort((one, other) => other.score - one.score).slice(0, options.countMax);
}
