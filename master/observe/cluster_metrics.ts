import { NODE_STATES } from "../../protocol/http_api/status_api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { listNodes } from "../http/listings.ts";
import type { MasterState } from "../core/state/state.ts";
import { gauge, type Labels, type Metric } from "./registry.ts";

/** Figures about this process and its host. */
export interface ProcessFigures {
  readonly version: string;
  /** Time of the start, in milliseconds since the Unix epoch. */
  readonly startedWallMs: number;
  readonly residentBytes: number;
  /** `null` if the system does not tell. */
  readonly diskFreeBytes: number | null;
}

/**
 * Returns all metrics in the text format. No label names a node, a person or a token: whoever may
 * read the metrics learns how many there are.
 */
export function metricsText(
  state: MasterState,
  { clock, counted, figures }: { clock: Clock; counted: readonly Metric[]; figures: ProcessFigures },
): string {
  return [...counted.map((metric) => metric.text()), ...clusterGauges(state, clock), ...processGauges(figures)].join(
    "",
  );
}

function clusterGauges(state: MasterState, clock: Clock): string[] {
  const nodes = listNodes(state);
  const connected = nodes.filter(({ state }) => state === "ready" || state === "suspect" || state === "draining");
  const ages = connected.map(({ lastSeenMs }) => Math.max(0, clock.wallMs() - lastSeenMs) / 1_000);
  const workers = sum(connected.map(({ capabilities }) => capabilities.workers));
  const busy = sum(connected.map(({ running, capabilities }) => Math.min(running, capabilities.workers)));
  const one = (name: string, help: string, value: number) => gauge(name, help, [[{}, value]]);
  return [
    one("dml_inference_pending_requests", "Pictures accepted and not yet answered.", state.tasks.size),
    one("dml_queue_length", "Pictures that wait for a node.", state.waitingCount),
    one("dml_queue_oldest_seconds", "Wait of the oldest picture in the queue.", oldestWaitMs(state, clock) / 1_000),
    gauge(
      "dml_nodes",
      "Nodes by state.",
      NODE_STATES.map((state): [Labels, number] => [{ state }, nodes.filter((node) => node.state === state).length]),
    ),
    one("dml_node_heartbeat_age_seconds", "Longest silence of a connected node.", Math.max(0, ...ages)),
    one("dml_workers", "Workers of the connected nodes.", workers),
    one("dml_workers_busy", "Workers with a picture.", busy),
    gauge(
      "dml_gallery_people",
      "People of each gallery.",
      [...state.galleries.values()].map(({ gallery, people }): [Labels, number] => [{ gallery }, people]),
    ),
  ];
}

function processGauges({ version, startedWallMs, residentBytes, diskFreeBytes }: ProcessFigures): string[] {
  const disk: [Labels, number][] = diskFreeBytes === null ? [] : [[{}, diskFreeBytes]];
  return [
    gauge("dml_build_info", "The running program.", [[{ version }, 1]]),
    gauge("dml_disk_free_bytes", "Free space where the master keeps its data.", disk),
    gauge("process_start_time_seconds", "Start of the process, since the Unix epoch.", [[{}, startedWallMs / 1_000]]),
    gauge("process_resident_memory_bytes", "Memory of the process.", [[{}, residentBytes]]),
  ];
}

/** Returns for how long the oldest waiting picture has waited; 0 if none waits. */
export function oldestWaitMs({ models }: Pick<MasterState, "models">, clock: Clock): number {
  const heads = [...models.values()].flatMap(({ waiting }) => waiting.first ?? []);
  return Math.max(0, ...heads.map(({ spec }) => clock.nowMs() - spec.acceptedAtMs));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
