import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { MasterSettings } from "../state/settings.ts";
import type { MasterState, ModelState, NodeConnection, NodeState, TaskSpec } from "../state/state.ts";

/** Settings that decide how many tasks a node gets in advance. */
type FeedSettings = Pick<MasterSettings, "prefetchPerWorker" | "feedAheadMs" | "attemptsPerWorkerMax">;

/** Reason why a node cannot take a task of a model right now. */
export type Obstacle =
  | "offline"
  | "suspect"
  | "draining"
  | "unoffered"
  | "loading"
  | "failed"
  | "unsuitable"
  | "gallery_missing"
  | "full";

/**
 * Returns the reason why `node` cannot take a task of the model now, or `null` if it can. This is
 * the first stage of scheduling.
 */
export function obstacleOf(
  node: NodeState,
  manifestDigest: Digest,
  options: FeedSettings,
): Obstacle | null {
  const { connection } = node;
  if (connection === null) return "offline";
  if (connection.suspect) return "suspect";
  if (connection.draining) return "draining";
  switch (connection.models.get(manifestDigest)?.state) {
    case undefined:
      return "unoffered";
    case "offered":
      return "loading";
    case "failed":
      return "failed";
    case "unsuitable":
      return "unsuitable";
  }
  return isSaturated(node, connection, options) ? "full" : null;
}

/**
 * Returns the reason why `node` cannot take this very task, or `null` if it can. Checks the same as
 * {@linkcode obstacleOf}, and returns `gallery_missing` if the node has no version of the gallery
 * that the task asks for. An older version than the newest is sufficient.
 */
export function obstacleTo(
  { manifestDigest, options: { gallery } }: Pick<TaskSpec, "manifestDigest" | "options">,
  node: NodeState,
  options: FeedSettings,
): Obstacle | null {
  const obstacle = obstacleOf(node, manifestDigest, options);
  if (gallery === null || (obstacle !== null && obstacle !== "full")) return obstacle;
  return hasGallery(node, gallery) ? obstacle : "gallery_missing";
}

function hasGallery({ connection }: NodeState, gallery: string): boolean {
  return (connection?.galleries.get(gallery)?.readyVersion ?? null) !== null;
}

/**
 * Returns the number of tasks that a node holds at once: one per worker, and those that it
 * prefetches.
 */
export function capacityOf(node: NodeState, options: Pick<FeedSettings, "prefetchPerWorker">): number {
  const { workers } = node.record.capabilities;
  return workers + workers * options.prefetchPerWorker;
}

/**
 * Returns true if the workers have enough to do until more tasks can reach them. If tasks take
 * almost no time, that can be many.
 */
function isSaturated(node: NodeState, connection: NodeConnection, options: FeedSettings): boolean {
  const { workers } = node.record.capabilities;
  const held = connection.attempts.size;
  if (held < capacityOf(node, options)) return false;
  return held >= workers * options.attemptsPerWorkerMax || connection.backlogMs >= workers * options.feedAheadMs;
}

/** Returns true if a connected node serves the model, or will do so without any intervention. */
export function isServable(
  state: MasterState,
  manifestDigest: Digest,
  options: { gallery?: string | null } = {},
): boolean {
  const { gallery = null } = options;
  for (const node of state.nodes.values()) {
    if (couldServe(node, manifestDigest) && (gallery === null || couldSearch(node, gallery))) return true;
  }
  return false;
}

function couldSearch(node: NodeState, gallery: string): boolean {
  return hasGallery(node, gallery) || node.connection?.galleries.get(gallery)?.state === "offered";
}

/** Returns true if `node` serves the model now or soon; it may be busy, silent or still loading. */
function couldServe(node: NodeState, manifestDigest: Digest): boolean {
  const { connection } = node;
  if (connection === null || connection.draining) return false;
  const state = connection.models.get(manifestDigest)?.state;
  return state === "ready" || state === "offered";
}

/** Options of a task that asks for nothing but the findings. */
export const NOTHING_ASKED = { annotate: false, embeddings: false, crops: false };

const OBSTACLE_WORDS: Record<Obstacle, string> = {
  offline: "not connected",
  suspect: "silent",
  draining: "draining",
  unoffered: "not yet offered it",
  loading: "loading it",
  failed: "unable to load it",
  unsuitable: "unable to meet its requirements",
  gallery_missing: "without the people of the gallery",
  full: "busy",
};

/**
 * Returns the reason why no node can serve `model`, as a sentence for users. It says how many
 * nodes there are, never which.
 */
export function explain(
  state: MasterState,
  model: ModelState,
  options: { gallery?: string | null } = {},
): string {
  const { gallery = null } = options;
  const { name } = model;
  const what = gallery === null ? name : `${name} with the gallery ${gallery}`;
  const task = { manifestDigest: model.manifest.digest, options: { ...NOTHING_ASKED, gallery } };
  const counts = new Map<Obstacle, number>();
  for (const node of state.nodes.values()) {
    const obstacle = obstacleTo(task, node, state.settings);
    if (obstacle !== null) counts.set(obstacle, (counts.get(obstacle) ?? 0) + 1);
  }
  if (counts.size === 0) return `No node can serve ${what}: none has ever joined.`;
  const parts = [...counts].map(([obstacle, count]) => `${count} ${OBSTACLE_WORDS[obstacle]}`);
  return `No node can serve ${what}: of ${state.nodes.size} known, ${parts.join(", ")}.`;
}
