/**
 * The form of a label: `gpu`, or `room=attic` with a value. The part before `=` is its key; a node
 * has at most one label of each key.
 */
export const LABEL_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}(=[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$/;

/** The form of the key of a label. */
export const LABEL_KEY_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Returns the key of a label: `room` for `room=attic`. */
export function labelKey(label: string): string {
  return label.split("=", 1)[0];
}

/**
 * Returns true if `labels` contain `wanted`. Without a value, `wanted` stands for every label of
 * that key.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 *
 * assert(hasLabel(["gpu", "room=attic"], "room"));
 * assert(hasLabel(["gpu", "room=attic"], "room=attic"));
 * assert(!hasLabel(["gpu", "room=attic"], "room=cellar"));
 * ```
 */
export function hasLabel(labels: readonly string[], wanted: string): boolean {
  return labels.some((label) => label === wanted || labelKey(label) === wanted);
}

/** Returns true if `labels` contain each of `wanted`. */
export function hasLabels(labels: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((label) => hasLabel(labels, label));
}

/**
 * Returns the labels that are in force, sorted: those that the node was started with, unless an
 * admin has set or removed a label of the same key. In `changes`, `null` stands for a removal.
 */
export function labelsInForce(own: readonly string[], changes: ReadonlyMap<string, string | null>): string[] {
  const byKey = new Map<string, string | null>(own.map((label) => [labelKey(label), label]));
  for (const [key, label] of changes) byKey.set(key, label);
  return [...byKey.values()].filter((label) => label !== null).sort();
}
