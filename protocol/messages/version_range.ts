/** Range of protocol versions that one side speaks, both ends included. */
export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** Range that this build speaks. Two sides use the highest version that both know. */
export const PROTOCOL_VERSION: VersionRange = { min: 1, max: 2 };

/**
 * First version in which a `task.result` may name pictures that are still on their way to the
 * master.
 */
export const RESULT_FIRST_VERSION = 2;

/**
 * First version in which a `welcome` may announce that pictures travel on the control connection,
 * both ways.
 */
export const INLINE_PICTURES_VERSION = 2;

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
  return `One side speaks protocol ${ours.min} to ${ours.max}, the other ${theirs.min} to ${theirs.max}.`;
}
