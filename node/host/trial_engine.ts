import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { assetFiles } from "../engine/asset_files.ts";
import type { Engine } from "../engine/engine.ts";
import { RemoteEngineLauncher } from "../engine/process/engine_launcher.ts";
import { EngineProcesses } from "../engine/process/engine_processes.ts";
import { createWorkerPool } from "../engine/worker_pool.ts";
import type { Engines } from "./open_engines.ts";

/** Memory of an engine on trial: as much as WebAssembly can have. */
const MEMORY_BYTES = 4 * 1024 ** 3;

export interface TrialEngineOptions {
  /** `null` if the engine must be a thread, which cannot be ended while it computes. */
  readonly engines: Engines | null;
  readonly patchesEngine?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The part of an engine that a trial uses. */
type TrialEngine = Pick<Engine, "load" | "unload" | "close">;

/**
 * Returns an engine for models that nobody has tried yet. Each model that is loaded gets a worker of
 * its own, which ends when it is unloaded, so that none is measured in memory that another left.
 */
export function openTrialEngine({ engines, ...options }: TrialEngineOptions): TrialEngine {
  const { clock, log } = options;
  const launcher = engines && new RemoteEngineLauncher(engines.port);
  const processes = launcher && new EngineProcesses({ launcher, memoryBytes: MEMORY_BYTES, clock, log });
  const { spawn, memoryBytes } = processes ?? {};
  let pool: Engine | null = null;
  const end = async () => {
    await pool?.close();
    pool = null;
  };
  return {
    async load(...model) {
      await end();
      pool = createWorkerPool({ ...options, workers: 1, assets: assetFiles, spawn, memoryBytes });
      return await pool.load(...model);
    },
    unload: end,
    async close() {
      await end();
      processes?.[Symbol.dispose]();
    },
  };
}
