import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { MasterSettings } from "../state/settings.ts";
import type { MasterState, ModelState, NodeConnection, NodeState, TaskSpec } from "../state/state.ts";

/** How much a node is given in advance. */
type FeedSettings = Pick<MasterSettings, "prefetchPerWorker" | "feedAheadMs" | "attemptsPerWorkerMax">;

/** Why a node cannot take a task of a model right now. */
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

/** The first stage: what keeps `node` from a task of the model, or null when it can take one now. */
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
 * What keeps `node` from this very task: as {@linkcode obstacleOf}, and `gallery_missing` when it has no version of the people that
 * the task asks for. An older version than the newest will do.
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

/** Tasks that a node holds at once: its workers', and those that it fetches ahead. */
export function capacityOf(node: NodeState, options: Pick<FeedSettings, "prefetchPerWorker">): number {
  const { workers } = node.record.capabilities;
  return workers + workers * options.prefetchPerWorker;
}

/** Whether its workers have enough to do until more can reach them: of tasks that take no time, that is many. */
function isSaturated(node: NodeState, connection: NodeConnection, options: FeedSettings): boolean {
  const { workers } = node.record.capabilities;
  const held = connection.attempts.size;
  if (held < capacityOf(node, options)) return false;
  return held >= workers * options.attemptsPerWorkerMax || connection.backlogMs >= workers * options.feedAheadMs;
}

/** Whether some connected node serves the model, or will without anybody's doing. */
export function isServable(
  state: MasterState,
  manifestDigest: Digest,
  options: { gallery?: string | null } = {},
): boolean {
  const { gallery = null } = options;
  for (const node of state.nodes.values()) {
    if (couldServe(node, manifestDigest) && (gallery === null || couldAsk(node, gallery))) return true;
  }
  return false;
}

function couldAsk(node: NodeState, gallery: string): boolean {
  return hasGallery(node, gallery) || node.connection?.galleries.get(gallery)?.state === "offered";
}

/** Whether `node` serves the model now or soon: busy, silent or still loading is no reason against it. */
function couldServe(node: NodeState, manifestDigest: Digest): boolean {
  const { connection } = node;
  if (connection === null || connection.draining) return false;
  const state = connection.models.get(manifestDigest)?.state;
  return state === "ready" || state === "offered";
}

const NOTHING_ASKED = { annotate: false, embeddings: false, crops: false };

const OBSTACLE_WORDS: Record<Obstacle, string> = {
  offline: "not connected",
  suspect: "silent",
  draining: "draining",
  unoffered: "not yet asked",
  loading: "loading it",
  failed: "unable to load it",
  unsuitable: "without what it needs",
  gallery_missing: "without the people of the gallery",
  full: "busy",
};

/** Why nobody can serve `model`, as a sentence for users: how many, never which. */
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
