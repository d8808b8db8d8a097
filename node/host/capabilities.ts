import { ENGINE_OPERATOR_SETS } from "../../models/onnx/engine_operators.ts";
import type { Capabilities } from "../../protocol/messages/hello.ts";
import type { Availability } from "../../protocol/messages/liveness.ts";

const MIB = 1024 * 1024;

/** Memory of one worker with a model loaded, and of all that a node is beside its workers. */
export const WORKER_BYTES = 250 * MIB;
export const NODE_BYTES = 150 * MIB;

/** What a node says of itself with every heartbeat. */
export type HostPressure = Pick<Availability, "memoryFreeBytes" | "load">;

/** What `workers` threads on this host can do. */
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

/** How this host stands now; the load is 0 where the system keeps none (Windows). */
export function hostPressure(): HostPressure {
  const [load] = Deno.loadavg();
  return { memoryFreeBytes: Deno.systemMemoryInfo().available, load };
}

/** Workers for a host when nobody says how many: one a core, as long as their memory fits. */
export function defaultWorkers({ cores, memoryBytes }: Pick<Capabilities, "cores" | "memoryBytes">): number {
  const fitting = Math.floor((memoryBytes - NODE_BYTES) / WORKER_BYTES);
  return Math.max(1, Math.min(cores, fitting));
}
