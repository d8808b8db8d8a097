import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Availability } from "../../protocol/messages/liveness.ts";
import type { ModelState } from "../core/state.ts";

/** Facts about a node that its admin asks for. */
export interface NodeStatus {
  /** Version of dml. */
  readonly version: string;
  /** Time since the node was started. */
  readonly upMs: number;
  readonly availability: Availability;
  readonly models: readonly ModelState[];
  /** Model files on the disk; a limit of 0 means that there is none. */
  readonly cache: { readonly files: number; readonly bytes: number; readonly bytesMax: number };
}

/** Returns the status of a node for people: a summary, then its resources and each model. */
export function statusLines({ version, upMs, availability, models, cache }: NodeStatus): string[] {
  const { freeSlots, running, queued, draining, memoryFreeBytes, diskFreeBytes, load } = availability;
  const limit = cache.bytesMax === 0 ? "" : ` of ${inMebibytes(cache.bytesMax)}`;
  return [
    `dml ${version}, up ${durationText(upMs)}, ${running} running, ${queued} queued, ${freeSlots} free` +
    `${draining ? ", takes no new work" : ""}.`,
    [
      `memory free: ${inMebibytes(memoryFreeBytes)}`,
      ...(diskFreeBytes === undefined ? [] : [`disk free: ${inMebibytes(diskFreeBytes)}`]),
      `load: ${load.toFixed(1)}`,
      `model files: ${cache.files}, ${inMebibytes(cache.bytes)}${limit}`,
    ].join(", "),
    ...models.map((model) => modelLine(model)),
  ];
}

/**
 * Returns one model with its phase and speed, and with `before`, the speed that was measured
 * earlier, if it is given.
 */
export function modelLine({ offer, phase, measured, failure }: ModelState, before?: number): string {
  if (failure !== null && phase === "failed") return `${offer.model}: failed: ${failure.reason}`;
  if (measured === null || phase !== "ready") return `${offer.model}: ${phase}`;
  const was = before === undefined ? "" : ` (was ${rateText(before)})`;
  return `${offer.model}: ${rateText(measured.imagesPerSecond)} images/s${was}`;
}

function rateText(perSecond: number): string {
  const most = LIMITS.imagesPerSecondMax;
  return perSecond < most ? perSecond.toFixed(1) : `over ${most.toLocaleString("en")}`;
}

function durationText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1_000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1_048_576)} MiB`;
}
