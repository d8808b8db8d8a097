/** Checks whether this host can run a node. Each returns its finding as a sentence, or throws. */
import { ASSET_NAMES, type AssetSource } from "../../models/assets.ts";
import { EMPTY } from "../../models/catalog/empty.ts";
import { ModelRegistry } from "../../models/registry.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { NODE_BYTES, WORKER_BYTES } from "./capabilities.ts";
import { assetFiles } from "../engine/asset_files.ts";
import { isEngineKnown } from "../engine/patches/depthwise_patch.ts";
import { createWorkerPool } from "../engine/worker_pool.ts";

const MIB = 1024 * 1024;

/** The smallest module with an instruction on vectors of 128 bits (wasm-feature-detect). */
const SIMD_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** The checks of this host that only the node role can make. */
export interface SelfChecks {
  /** Checks the memory. Throws `memory_low` if a node with one worker would not fit. */
  memory(): Promise<string>;
  /**
   * Checks the WebAssembly support and the asset files. Throws `engine_failed` or `assets_missing`.
   */
  wasm(): Promise<string>;
  /** Checks that a worker answers. Throws `worker_died` or `deadline_exceeded`. */
  workers(): Promise<string>;
}

/** Options of {@linkcode createSelfChecks}. */
export interface SelfCheckOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory?: () => { readonly available: number; readonly total: number };
  readonly assets?: AssetSource;
  /** False if the patch of the inference engine is turned off. */
  readonly patchesEngine?: boolean;
}

export function createSelfChecks(options: SelfCheckOptions): SelfChecks {
  const { clock, log, memory = Deno.systemMemoryInfo, assets = assetFiles, patchesEngine = true } = options;
  return {
    memory: () => Promise.try(() => checkMemory(memory())),
    wasm: () => checkWasm(assets, patchesEngine),
    workers: () => checkWorkers({ clock, log, assets, patchesEngine }),
  };
}

function checkMemory({ available, total }: { available: number; total: number }): string {
  const needed = NODE_BYTES + WORKER_BYTES;
  const sizes = `${inMib(available)} of ${inMib(total)} are free`;
  if (available >= needed) return `${sizes}; a node with one worker needs ${inMib(needed)}.`;
  throw new DmlError("memory_low", `Not enough memory: ${sizes}; a node with one worker needs ${inMib(needed)}.`);
}

async function checkWasm(assets: AssetSource, patchesEngine: boolean): Promise<string> {
  if (!WebAssembly.validate(SIMD_MODULE)) {
    throw new DmlError("engine_failed", "This processor lacks the vector instructions that dml's WebAssembly needs.", {
      advice: "Use a host with SSE4.1 (x86-64) or NEON (arm64).",
    });
  }
  let bytes = 0;
  let patch = "";
  for (const name of ASSET_NAMES) {
    const file = await assets(name);
    bytes += file.length;
    if (name.endsWith(".wasm") && !WebAssembly.validate(file)) {
      throw new DmlError("assets_missing", `The file ${name} is damaged: it is not valid WebAssembly.`, {
        advice: "Copy or fetch dml again.",
      });
    }
    if (name === "onnxruntime.wasm") patch = patchState(file, patchesEngine);
  }
  return `WebAssembly supports vector instructions; all ${ASSET_NAMES.length} files (${
    inMib(bytes)
  }) are intact. ${patch}`;
}

/** Returns a sentence that states whether the engine is patched. */
function patchState(engine: Uint8Array, patchesEngine: boolean): string {
  if (!patchesEngine) return "The patch of the engine is off, because DML_ENGINE_PATCH=off is set.";
  if (isEngineKnown(engine)) return "The patch of the engine is on.";
  return "The patch of the engine is skipped: it was written for another version.";
}

/** Starts a worker without permissions, as every node does, and runs a model in it. */
async function checkWorkers(
  options: { clock: Clock; log: Log; assets: AssetSource; patchesEngine: boolean },
): Promise<string> {
  const { clock } = options;
  const startMs = clock.nowMs();
  const { digest } = new ModelRegistry().add(EMPTY.manifest);
  const engine = createWorkerPool({ workers: 1, ...options });
  try {
    await engine.load(digest, EMPTY.manifest, () => Promise.resolve(new Map()));
    const deadlineMs = LIMITS.attemptDeadlineMs;
    const { prediction } = await engine.run(digest, null, {
      annotate: false,
      embeddings: false,
      gallery: null,
      crops: false,
      deadlineMs,
    });
    const took = Math.round(clock.nowMs() - startMs);
    return `A worker without permissions ran ${prediction.model} after ${took} ms.`;
  } finally {
    await engine.close();
  }
}

function inMib(bytes: number): string {
  return `${Math.round(bytes / MIB).toLocaleString("en")} MiB`;
}
