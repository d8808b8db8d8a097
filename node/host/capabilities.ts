import { ENGINE_OPERATOR_SETS } from "../../models/onnx/engine_operators.ts";
import type { Capabilities } from "../../protocol/messages/hello.ts";
import type { Availability } from "../../protocol/messages/liveness.ts";

const MIB = 1024 * 1024;

/** Memory of one worker with a model loaded, and of a node without its workers, in bytes. */
export const WORKER_BYTES = 250 * MIB;
export const NODE_BYTES = 150 * MIB;

/** Load of the host that a node reports with every heartbeat. */
export type HostPressure = Pick<Availability, "memoryFreeBytes" | "diskFreeBytes" | "load">;

/** Least memory of an engine process: what it takes to decode a photo and to run a small model. */
const ENGINE_BYTES_MIN = 256 * MIB;

/**
 * Returns the capabilities of this host for a node with this many workers. The system may grant it
 * less memory than the host has.
 */
export function hostCapabilities(
  { workers, memoryBytesMax }: { workers: number; memoryBytesMax?: number | null },
): Capabilities {
  return {
    os: Deno.build.os,
    arch: Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memoryBytes: Math.min(Deno.systemMemoryInfo().total, memoryBytesMax ?? Infinity),
    workers,
    engines: ["wasm", "none"],
    operatorSets: [...ENGINE_OPERATOR_SETS],
  };
}

/**
 * Returns the present load of this host; `load` is 0 if the system does not measure it (Windows).
 */
export function hostPressure(): HostPressure {
  const [load] = Deno.loadavg();
  return { memoryFreeBytes: Deno.systemMemoryInfo().available, load };
}

/** Returns the number of workers used if none is given: one per core, as far as memory allows. */
export function defaultWorkers({ cores, memoryBytes }: Pick<Capabilities, "cores" | "memoryBytes">): number {
  const fitting = Math.floor((memoryBytes - NODE_BYTES) / WORKER_BYTES);
  return Math.max(1, Math.min(cores, fitting));
}

/** Returns the limit of the memory of each engine process, in bytes: its share of what there is. */
export function engineBytes({ memoryBytes, workers }: Pick<Capabilities, "memoryBytes" | "workers">): number {
  return Math.max(ENGINE_BYTES_MIN, Math.floor((memoryBytes - NODE_BYTES) / workers));
}
