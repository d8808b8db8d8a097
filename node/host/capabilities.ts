import { ENGINE_OPERATOR_SETS } from "../../models/onnx/engine_operators.ts";
import type { Capabilities } from "../../protocol/messages/hello.ts";
import type { Availability } from "../../protocol/messages/liveness.ts";

const MIB = 1024 * 1024;

/** Memory of one worker with a model loaded, and of a node without its workers, in bytes. */
export const WORKER_BYTES = 250 * MIB;
export const NODE_BYTES = 150 * MIB;

/** Load of the host that a node reports with every heartbeat. */
export type HostPressure = Pick<Availability, "memoryFreeBytes" | "load">;

/** Returns the capabilities of this host for a node with `workers` threads. */
export function hostCapabilities({ workers }: { workers: number }): Capabilities {
  return {
    os: Deno.build.os,
    arch: Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memoryBytes: Deno.systemMemoryInfo().total,
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
