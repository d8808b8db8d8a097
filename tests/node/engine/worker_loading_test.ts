import { EMPTY } from "../../../models/catalog/empty.ts";
import type { Engine, ModelFileReader } from "../../../node/engine/engine.ts";
import { createWorkerPool } from "../../../node/engine/worker_pool.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { digest } from "../instructions.ts";

const [MODEL, OTHER] = [digest(1), digest(2)];
const MINUTE_MS = 60_000;
const OPTIONS = { annotate: false, embeddings: false, gallery: null, crops: false, deadlineMs: MINUTE_MS };
const HANG = "hang";

/**
 * Returns a model with a single model file of this name, which determines the fake worker's
 * behaviour.
 */
function withFile(name: string): [typeof EMPTY.manifest, ModelFileReader] {
  return [EMPTY.manifest, () => Promise.resolve(new Map([[name, new Uint8Array(1)]]))];
}

function text(words: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(words);
}

/**
 * A pool whose clock the test advances, and whose workers wait for assets until the test delivers
 * them.
 */
class LoadingFixture {
  readonly clock = new ManualClock();
  readonly pool: Engine;
  readonly #wanted: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];
  #notify = Promise.withResolvers<void>();

  constructor(workers = 1) {
    this.pool = createWorkerPool({
      workers,
      assets: () => {
        const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
        this.#wanted.push(resolve);
        this.#notify.resolve();
        return promise;
      },
      clock: this.clock,
      log: SILENT_LOG,
      workerUrl: new URL("./fake_worker.ts", import.meta.url),
    });
  }

  /** Waits until a worker requests an asset and returns a function that delivers it. */
  async asked(): Promise<() => void> {
    for (;;) {
      const deliver = this.#wanted.shift();
      if (deliver !== undefined) return () => deliver(new Uint8Array(1));
      this.#notify = Promise.withResolvers();
      await this.#notify.promise;
    }
  }

  /** Runs a task and returns the name of the worker that answered and its number of models. */
  async answer(deadlineMs = MINUTE_MS): Promise<{ worker: number; loaded: number }> {
    const { prediction } = await this.pool.run(MODEL, null, { ...OPTIONS, deadlineMs });
    return { worker: prediction.width, loaded: prediction.height };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.pool.close();
  }
}

async function rejectsWith(code: ErrorCode, promise: Promise<unknown>): Promise<DmlError> {
  const error = await assertRejects(() => promise, DmlError);
  assertEquals((error as DmlError).code, code);
  return error as DmlError;
}

Deno.test("WorkerPool.load() ends a stuck worker, advises what to do, and goes on without the model", async () => {
  await using fixture = new LoadingFixture();
  const { pool, clock } = fixture;
  await pool.load(MODEL, ...withFile("good"));
  const { worker } = await fixture.answer();
  const loading = rejectsWith("deadline_exceeded", pool.load(OTHER, ...withFile("asking")));
  await fixture.asked();
  clock.advance(LIMITS.loadDeadlineMs);
  const { message } = await loading;
  assertStringIncludes(message, "had not loaded empty@1 after 10 minutes");
  assertStringIncludes(message, "use a smaller model");
  const after = await fixture.answer();
  assert(after.worker !== worker, "another worker took its place");
  assertEquals(after.loaded, 1);
  await rejectsWith("model_unknown", pool.run(OTHER, null, OPTIONS));
});

Deno.test("WorkerPool.load() gives a slow worker all of its time, and leaves no timer behind", async () => {
  await using fixture = new LoadingFixture(2);
  const { pool, clock } = fixture;
  await pool.load(MODEL, ...withFile("good"));
  const loading = pool.load(OTHER, ...withFile("asking"));
  const deliveries = [await fixture.asked(), await fixture.asked()];
  clock.advance(LIMITS.loadDeadlineMs - 1);
  for (const deliver of deliveries) deliver();
  assertEquals(await loading, { imagesPerSecond: 12 });
  assertEquals(clock.pending, 0);
});

Deno.test("WorkerPool.load() ends a worker that is stuck while measuring", async () => {
  await using fixture = new LoadingFixture();
  const { pool, clock } = fixture;
  await pool.load(MODEL, ...withFile("good"));
  const loading = rejectsWith("deadline_exceeded", pool.load(OTHER, ...withFile("askingLate")));
  await fixture.asked();
  clock.advance(LIMITS.loadDeadlineMs);
  assertStringIncludes((await loading).message, "had not measured empty@1");
  assertEquals((await fixture.answer()).loaded, 1);
});

Deno.test("WorkerPool.load() fails a picture behind a stuck one as retryable, without blame", async () => {
  await using fixture = new LoadingFixture();
  const { pool, clock } = fixture;
  await pool.load(MODEL, ...withFile("good"));
  const loading = rejectsWith("deadline_exceeded", pool.load(OTHER, ...withFile("asking")));
  await fixture.asked();
  clock.advance(LIMITS.loadDeadlineMs - MINUTE_MS / 2);
  const behind = rejectsWith("attempt_failed", pool.run(MODEL, text(HANG), { ...OPTIONS, isQuick: true }));
  clock.advance(MINUTE_MS / 2);
  await Promise.all([loading, behind]);
});

Deno.test("WorkerPool.load() does not fail because an earlier picture does", async () => {
  await using fixture = new LoadingFixture();
  const { pool, clock } = fixture;
  await pool.load(MODEL, ...withFile("good"));
  const hanging = rejectsWith("worker_died", pool.run(MODEL, text(HANG), OPTIONS));
  const loading = pool.load(OTHER, ...withFile("asking"));
  await fixture.asked();
  clock.advance(MINUTE_MS);
  await hanging;
  (await fixture.asked())(); // the replacement of the hanging worker
  assertEquals(await loading, { imagesPerSecond: 12 });
  assertEquals((await fixture.answer()).loaded, 2);
});

Deno.test("WorkerPool replaces a worker that is stuck while loading the models of the previous one", async () => {
  await using fixture = new LoadingFixture();
  const { pool, clock } = fixture;
  const loading = pool.load(MODEL, ...withFile("asking"));
  (await fixture.asked())();
  await loading;
  await rejectsWith("worker_died", pool.run(MODEL, text("die"), OPTIONS));
  await fixture.asked();
  const waiting = fixture.answer(2 * LIMITS.loadDeadlineMs);
  clock.advance(LIMITS.loadDeadlineMs);
  clock.advance(MINUTE_MS / 2); // a worker that failed to start is restarted after a pause
  (await fixture.asked())();
  assertEquals((await waiting).loaded, 1);
});
