import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { MasterState, ModelState } from "./state.ts";

/** Returns the version that the bare name of a model means; undefined if there is none. */
export function latestOf(state: MasterState, name: string): ModelState | undefined {
  const lineage = state.lineages.get(name);
  return lineage && state.models.get(lineage.latest);
}

/** Returns one served version of `name`, the latest or another; undefined if it is not served. */
export function versionOf(state: MasterState, name: string, version: number): ModelState | undefined {
  return versionsOf(state, name).find(({ document }) => document.version === version);
}

/** Returns every served version of `name`, the lowest first. */
export function versionsOf(state: MasterState, name: string): ModelState[] {
  return [...state.models.values()]
    .filter(({ document }) => document.name === name)
    .sort((one, other) => one.document.version - other.document.version);
}

/**
 * Returns the versions that every capable node holds, the most important first: those that bare
 * names mean, those being rolled out, the previous ones, the pinned ones. Any other version is held
 * only while it has tasks.
 */
function wantedDigests(state: MasterState): Set<Digest> {
  const wanted = new Set<Digest>();
  const lineages = [...state.lineages.values()];
  for (const { latest } of lineages) wanted.add(latest);
  for (const { rollout } of lineages) if (rollout !== null) wanted.add(rollout.spec.to);
  for (const { previous } of lineages) if (previous !== null) wanted.add(previous);
  for (const { pinned } of lineages) for (const digest of pinned) wanted.add(digest);
  return wanted;
}

/** Returns the versions that nodes hold now: the wanted ones, then others that have tasks. */
export function heldDigests(state: MasterState): Set<Digest> {
  const held = wantedDigests(state);
  for (const [digest, { taskCount }] of state.models) if (taskCount > 0) held.add(digest);
  return held;
}
