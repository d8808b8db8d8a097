/** The protocol versions that one side speaks, both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** What this build speaks; two sides meet at the highest version both know. */
export const PROTOCOL_VERSION: VersionRange = { min: 1, max: 2 };

/** From this version on a `task.result` may name pictures that are still on their way to the master. */
export const RESULT_FIRST_VERSION = 2;

/** From this version on a `welcome` may say that pictures travel on the control connection, both ways. */
export const INLINE_PICTURES_VERSION = 2;

/** The highest version that both sides speak, or null. */
export function negotiateVersion(ours: VersionRange, theirs: VersionRange): number | null {
  const highest = Math.min(ours.max, theirs.max);
  return highest >= ours.min && highest >= theirs.min ? highest : null;
}

/** Why two sides that have no version in common cannot talk, as a sentence that either of them may show. */
export function describeMismatch(ours: VersionRange, theirs: VersionRange): string {
  return `One side speaks protocol ${ours.min} to ${ours.max}, the other ${theirs.min} to ${theirs.max}.`;
}
