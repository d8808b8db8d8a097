import { fileURLToPath } from "node:url";
import { EMPTY } from "../../../../models/catalog/empty.ts";
import type { Engine } from "../../../../node/engine/engine.ts";
import type { EngineLauncher, EngineStart } from "../../../../node/engine/process/engine_launcher.ts";
import { EngineProcesses } from "../../../../node/engine/process/engine_processes.ts";
import { createWorkerPool } from "../../../../node/engine/worker_pool.ts";
import { EngineKeeper } from "../../../../node/host/engine_keeper.ts";
import { SYSTEM_CLOCK } from "../../../../protocol/kernel/clock.ts";
import { DmlError, type ErrorCode } from "../../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../../protocol/kernel/log.ts";
import { engineCommand, engineEnvironment } from "../../../../user/process/engine_command.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { digest } from "../../instructions.ts";

const MIB = 1024 * 1024;
export const MODEL = digest(1);
export const OPTIONS = { annotate: false, embeddings: false, gallery: null, crops: false, deadlineMs: 30_000 };

/** Opens the keeper of processes that run `module`. */
export async function keeperOf(module: URL): Promise<EngineKeeper> {
  const command = engineCommand({ isPacked: false });
  const keeper = await EngineKeeper.open({ command, module: fileURLToPath(module), environment: engineEnvironment() });
  assert(keeper !== null);
  return keeper;
}

/** A pool of obedient processes with a model loaded. */
export class ProcessFixture implements AsyncDisposable {
  readonly keeper: EngineKeeper;
  readonly pool: Engine;
  /** All processes that were started. */
  readonly starts: EngineStart[] = [];
  readonly #processes: EngineProcesses;

  private constructor(keeper: EngineKeeper, { workers, memoryBytes }: { workers: number; memoryBytes: number }) {
    this.keeper = keeper;
    const launcher: EngineLauncher = {
      start: (start) => {
        this.starts.push(start);
        keeper.start(start);
      },
      kill: (key) => keeper.kill(key),
    };
    const common = { clock: SYSTEM_CLOCK, log: SILENT_LOG };
    this.#processes = new EngineProcesses({ ...common, launcher, memoryBytes });
    const assets = () => Promise.reject(new Error("none"));
    this.pool = createWorkerPool({ ...common, workers, assets, spawn: this.#processes.spawn });
  }

  static async open({ workers = 1, memoryBytes = 256 * MIB } = {}): Promise<ProcessFixture> {
    const keeper = await keeperOf(new URL("./obedient_process.ts", import.meta.url));
    const fixture = new ProcessFixture(keeper, { workers, memoryBytes });
    await fixture.pool.load(MODEL, EMPTY.manifest, () => Promise.resolve(new Map()));
    return fixture;
  }

  run(text: string, options: { deadlineMs?: number } = {}) {
    return this.pool.run(MODEL, new TextEncoder().encode(text), { ...OPTIONS, ...options });
  }

  /** Returns the text that a process answers to `text`. */
  async answer(text: string): Promise<string> {
    return (await assertRejects(() => this.run(text), DmlError)).message;
  }

  async fails(code: ErrorCode, running: Promise<unknown>): Promise<void> {
    assertEquals((await assertRejects(() => running, DmlError) as DmlError).code, code);
  }

  /** Returns the number of the process that runs the next picture. */
  async number(): Promise<number> {
    return Number(await this.answer("number"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
    this.#processes[Symbol.dispose]();
    await this.keeper.close();
  }
}
