/** The protocol versions that one side speaks, both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** The highest version that both sides speak, or null. */
export function negotiateVersion(ours: VersionRange, theirs: VersionRange): number | null {
  const highest = Math.min(ours.max, theirs.max);
  return highest >= ours.min && highest >= theirs.min ? highest : null;
}

/** Why two sides that have no version in common cannot talk, as a sentence that either of them may show. */
export function describeMismatch(ours: VersionRange, theirs: VersionRange): string {
  return `One side speaks protocol ${ours.min} to ${ours.max}, the other ${theirs.min} to ${theirs.max}.`;
}
