import type { NodeListing } from "../../protocol/http_api/api.ts";
import type { Attention, Status } from "../../protocol/http_api/status_api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { MasterState } from "../core/state/state.ts";
import { listNodes } from "../http/listings.ts";
import { oldestWaitMs } from "./cluster_metrics.ts";
import type { RecentPictures } from "./recent_pictures.ts";

/** Facts for the status that the state of a master does not hold. */
export interface StatusFacts {
  readonly clock: Clock;
  readonly version: string;
  readonly startedWallMs: number;
  readonly diskFreeBytes: number | null;
  readonly recent: RecentPictures;
}

/** Returns how the cluster is doing, for its admin. */
export function statusOf(state: MasterState, facts: StatusFacts): Status {
  const { clock, version, startedWallMs, diskFreeBytes, recent } = facts;
  const nodes = listNodes(state);
  const connected = nodes.filter(({ state }) => ["ready", "suspect", "draining"].includes(state));
  const galleries = [...state.galleries.values()];
  const ready = connected.flatMap(({ models }) => models.filter(({ state }) => state === "ready"));
  return {
    version,
    upMs: Math.max(0, clock.wallMs() - startedWallMs),
    galleries: galleries.length,
    people: sum(galleries.map(({ people }) => people)),
    nodes: countsOf(nodes),
    workers: sum(connected.map(({ capabilities }) => capabilities.workers)),
    workersBusy: sum(connected.map(({ running, capabilities }) => Math.min(running, capabilities.workers))),
    models: [...new Set(ready.map(({ model }) => model))].toSorted().slice(0, LIMITS.nodesMax),
    pictures: {
      ...recent.counts(clock.nowMs()),
      waiting: state.waitingCount,
      oldestWaitMs: oldestWaitMs(state, clock),
      running: state.tasks.size - state.waitingCount,
    },
    latency: recent.latency(),
    diskFreeBytes,
    attention: attentionOf(nodes, { connected, version, nowMs: clock.wallMs() }).slice(0, LIMITS.attentionMax),
  };
}

function countsOf(nodes: readonly NodeListing[]): Status["nodes"] {
  const counts = { ready: 0, suspect: 0, draining: 0, offline: 0, waiting: 0, removed: 0 };
  for (const { state } of nodes) counts[state]++;
  return counts;
}

/** Returns what somebody should look at, the most urgent first. */
function attentionOf(
  nodes: readonly NodeListing[],
  { connected, version, nowMs }: { connected: readonly NodeListing[]; version: string; nowMs: number },
): Attention[] {
  const found = nodes.flatMap(({ name: node, nodeId, state, lastSeenMs, version: own }): Attention[] => {
    const sinceMs = Math.max(0, nowMs - lastSeenMs);
    if (state === "offline") return [{ kind: "node_offline", node, nodeId, sinceMs }];
    if (state === "suspect") return [{ kind: "node_suspect", node, nodeId, sinceMs }];
    if (state === "waiting") return [{ kind: "node_waiting", node, nodeId }];
    if (state === "draining") return [{ kind: "node_draining", node, nodeId }];
    return state === "ready" && own !== version ? [{ kind: "node_outdated", node, nodeId, version: own }] : [];
  });
  const none: Attention[] = connected.length === 0 ? [{ kind: "no_node" }] : [];
  return [...none, ...found].toSorted((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

/** Kinds of findings, the most urgent first. */
const ORDER: readonly Attention["kind"][] = [
  "no_node",
  "node_suspect",
  "node_offline",
  "node_waiting",
  "node_draining",
  "node_outdated",
];

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
