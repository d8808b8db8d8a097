import type { RolloutRecord } from "../../../protocol/http_api/rollout_api.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Rollout } from "./rollout.ts";
import type { MasterState, ModelState } from "./state.ts";

/** The versions of one model as a whole: which one its bare name means, and how that changes. */
export interface Lineage {
  readonly name: string;
  /** What the bare name means. */
  latest: Digest;
  /** What it meant before: held on the nodes, so that going back takes no time. */
  previous: Digest | null;
  /** Held on the nodes whatever else happens. */
  readonly pinned: Set<Digest>;
  /** The one that runs. */
  rollout: Rollout | null;
  /** Those that ended, newest first. */
  history: readonly RolloutRecord[];
}

/** What the bare name of a model means now, or undefined when there is none of that name. */
export function latestOf(state: MasterState, name: string): ModelState | undefined {
  const lineage = state.lineages.get(name);
  return lineage && state.models.get(lineage.latest);
}

/** The version of `name` that is served, latest or not. */
export function versionOf(state: MasterState, name: string, version: number): ModelState | undefined {
  return versionsOf(state, name).find(({ document }) => document.version === version);
}

/** Every version of `name` that is served, the lowest first. */
export function versionsOf(state: MasterState, name: string): ModelState[] {
  return [...state.models.values()]
    .filter(({ document }) => document.name === name)
    .sort((one, other) => one.document.version - other.document.version);
}

/**
 * What every node that can is to hold, in the order in which it matters: what the bare names mean, what is rolled out, what
 * is one step back, what is pinned. Anything else is held for as long as somebody asks for it.
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

/** What is wanted, and whatever else has tasks. */
export function heldDigests(state: MasterState): Set<Digest> {
  const held = wantedDigests(state);
  for (const [digest, { taskCount }] of state.models) if (taskCount > 0) held.add(digest);
  return held;
}
