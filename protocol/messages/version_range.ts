/** Range of protocol versions that one side speaks, both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Range that this build speaks. Two sides use the highest version that both know. Nothing was
 * released with a version before 4; since 4 a node proves its key.
 */
export const PROTOCOL_VERSION: VersionRange = { min: 4, max: 4 };

/** Returns the highest version that both sides speak, or `null` if there is none. */
export function negotiateVersion(ours: VersionRange, theirs: VersionRange): number | null {
  const highest = Math.min(ours.max, theirs.max);
  return highest >= ours.min && highest >= theirs.min ? highest : null;
}

/**
 * Returns a sentence, for either side to show, about why two sides without a common version cannot
 * talk.
 */
export function describeMismatch(ours: VersionRange, theirs: VersionRange): string {
  return `One side speaks protocol ${formatVersionRange(ours)}, the other ${formatVersionRange(theirs)}.`;
}

/** Formats a range for people, such as `3` or `3 to 5`. */
export function formatVersionRange({ min, max }: VersionRange): string {
  return min === max ? String(max) : `${min} to ${max}`;
}
