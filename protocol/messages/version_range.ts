/** The protocol versions that one side speaks, both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** What this build speaks; two sides meet at the highest version both know. */
export const PROTOCOL_VERSION = { min: 1, max: 1 } as const;

/** The highest version that both sides speak, or null. */
export function negotiateVersion(ours: VersionRange, theirs: VersionRange): number | null {
  const highest = Math.min(ours.max, theirs.max);
  return highest >= ours.min && highest >= theirs.min ? highest : null;
}

/** Why two sides that have no version in common cannot talk, as a sentence that either of them may show. */
export function describeMismatch(ours: VersionRange, theirs: VersionRange): string {
  return `One side speaks protocol ${ours.min} to ${ours.max}, the other ${theirs.min} to ${theirs.max}.`;
}
