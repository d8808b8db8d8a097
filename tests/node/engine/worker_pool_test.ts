import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { createWorkerPool } from "../../../node/engine/worker_pool.ts";
import type { Engine, ModelFileReader } from "../../../node/engine/engine.ts";
import { GalleryMatrix } from "../../../models/gallery/gallery_matrix.ts";
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";
import { EMPTY } from "../../../models/catalog/empty.ts";
import { MemoryBlobStore } from "../../../protocol/blob/memory_blob_store.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { putGallery } from "../../models/gallery/built_gallery.ts";
import { digest } from "../instructions.ts";

const MODEL = digest(1);
const OPTIONS = { annotate: false, embeddings: false, gallery: null, crops: false, deadlineMs: 30_000 };
const NO_FILES = withFiles();

/** Returns a reader of model files with these names; each call returns new buffers. */
function withFiles(...names: readonly string[]): ModelFileReader {
  return () => Promise.resolve(new Map(names.map((name) => [name, new Uint8Array(1)])));
}

function text(words: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(words);
}

async function withPool(
  workers: number,
  use: (pool: Engine) => Promise<void>,
  { measures }: { measures?: boolean } = {},
): Promise<void> {
  const pool = createWorkerPool({
    workers,
    measures,
    assets: (name) => name === "font.ttf" ? Promise.resolve(new Uint8Array(77)) : Promise.reject(new Error("none")),
    clock: SYSTEM_CLOCK,
    log: SILENT_LOG,
    workerUrl: new URL("./fake_worker.ts", import.meta.url),
  });
  try {
    await pool.load(MODEL, EMPTY.manifest, NO_FILES);
    await use(pool);
  } finally {
    await pool.close();
  }
}

async function rejectsWith(code: ErrorCode, promise: Promise<unknown>): Promise<void> {
  const error = await assertRejects(() => promise, DmlError);
  assertEquals((error as DmlError).code, code);
}

/** Runs a task and returns the name of the worker that answered. */
async function nameOf(pool: Engine): Promise<number> {
  return (await pool.run(MODEL, null, OPTIONS)).prediction.width;
}

Deno.test("WorkerPool.load() loads in every worker and returns the speed that one measured", () =>
  withPool(2, async (pool) => {
    assertEquals(pool.slots, 2);
    assertEquals(await pool.load(digest(2), EMPTY.manifest, NO_FILES), { imagesPerSecond: 12 });
    const results = await Promise.all([1, 2].map(() => pool.run(digest(2), null, OPTIONS)));
    const names = results.map(({ prediction }) => prediction.width);
    assert(names[0] !== names[1], "both workers ran it");
  }));

Deno.test("WorkerPool.load() for a handful of pictures measures nothing", () =>
  withPool(1, async (pool) => {
    assertEquals(await pool.load(digest(2), EMPTY.manifest, NO_FILES), { imagesPerSecond: 1 });
    await pool.run(digest(2), null, OPTIONS);
  }, { measures: false }));

Deno.test("WorkerPool.load() reports why a worker refused, and forgets the model", () =>
  withPool(1, async (pool) => {
    await rejectsWith("engine_failed", pool.load(digest(2), EMPTY.manifest, withFiles("bad")));
    await rejectsWith("model_unknown", pool.run(digest(2), null, OPTIONS));
    await pool.run(MODEL, null, OPTIONS);
  }));

Deno.test("WorkerPool.load() of a model that kills the workers fails, and the workers restart without it", () =>
  withPool(1, async (pool) => {
    await rejectsWith("worker_died", pool.load(digest(2), EMPTY.manifest, withFiles("deadly")));
    await pool.run(MODEL, null, OPTIONS);
  }));

Deno.test("WorkerPool.unload() unloads the model from every worker", () =>
  withPool(2, async (pool) => {
    await pool.unload(MODEL);
    await pool.unload(digest(9));
    await rejectsWith("model_unknown", pool.run(MODEL, null, OPTIONS));
  }));

Deno.test("WorkerPool.run() transfers the picture and returns the annotated one", () =>
  withPool(1, async (pool) => {
    const image = text("picture");
    const { annotated } = await pool.run(MODEL, image, { ...OPTIONS, annotate: true });
    assertEquals(image.length, 0, "detached");
    assertEquals(annotated, text("picture"));
  }));

Deno.test("WorkerPool.run() answers more callers than it has slots, one after the other", () =>
  withPool(2, async (pool) => {
    const results = await Promise.all(Array.from({ length: 50 }, () => pool.run(MODEL, null, OPTIONS)));
    assertEquals(results.length, 50);
  }));

Deno.test("WorkerPool.run() rethrows the refusal of a picture; the worker lives on", () =>
  withPool(1, async (pool) => {
    const before = await nameOf(pool);
    await rejectsWith("image_unreadable", pool.run(MODEL, text("unreadable"), OPTIONS));
    assertEquals(await nameOf(pool), before);
  }));

Deno.test("WorkerPool.run() replaces a worker that dies, and only its own attempt fails", () =>
  withPool(2, async (pool) => {
    await pool.load(digest(2), EMPTY.manifest, NO_FILES);
    const killed = pool.run(MODEL, text("die"), OPTIONS);
    const others = Promise.all(Array.from({ length: 10 }, () => pool.run(MODEL, null, OPTIONS)));
    await rejectsWith("worker_died", killed);
    assertEquals((await others).length, 10);
    const after = await Promise.all(Array.from({ length: 10 }, () => pool.run(MODEL, null, OPTIONS)));
    assert(after.every(({ prediction }) => prediction.height === 2), "with all models");
  }));

Deno.test("WorkerPool.run() waits for the replacement when the only worker died", () =>
  withPool(1, async (pool) => {
    const before = await nameOf(pool);
    await rejectsWith("worker_died", pool.run(MODEL, text("die"), OPTIONS));
    assert(await nameOf(pool) !== before);
  }));

Deno.test("WorkerPool keeps no model files: a replacement worker reads them again", () =>
  withPool(2, async (pool) => {
    let reads = 0;
    await pool.load(digest(2), EMPTY.manifest, () => {
      reads++;
      return Promise.resolve(new Map([["good", new Uint8Array(1)]]));
    });
    assertEquals(reads, 2);
    await rejectsWith("worker_died", pool.run(digest(2), text("die"), OPTIONS));
    await pool.load(digest(3), EMPTY.manifest, NO_FILES);
    assertEquals(reads, 3);
  }));

Deno.test("WorkerPool.load() reports why the model files could not be read, and forgets the model", () =>
  withPool(1, async (pool) => {
    const unread = () => Promise.reject(new DmlError("blob_not_found", "It is gone."));
    await rejectsWith("blob_not_found", pool.load(digest(2), EMPTY.manifest, unread));
    await rejectsWith("model_unknown", pool.run(digest(2), null, OPTIONS));
  }));

Deno.test("WorkerPool.run() replaces a worker whose engine failed", () =>
  withPool(1, async (pool) => {
    const before = await nameOf(pool);
    await rejectsWith("engine_failed", pool.run(MODEL, text("broken"), OPTIONS));
    assert(await nameOf(pool) !== before);
  }));

Deno.test("WorkerPool.run() ends a worker that exceeds its deadline, and waiting pictures go on", () =>
  withPool(1, async (pool) => {
    const before = await nameOf(pool);
    const hanging = pool.run(MODEL, text("hang"), { ...OPTIONS, deadlineMs: 30 });
    const next = nameOf(pool);
    await rejectsWith("worker_died", hanging);
    assert(await next !== before);
  }));

Deno.test("WorkerPool.run() gives fast pictures to a busy worker, and blames none for another", () =>
  withPool(1, async (pool) => {
    const before = await nameOf(pool);
    const hanging = rejectsWith("worker_died", pool.run(MODEL, text("hang"), { ...OPTIONS, deadlineMs: 30 }));
    const behind = rejectsWith("attempt_failed", pool.run(MODEL, text("hang"), { ...OPTIONS, isQuick: true }));
    const waiting = nameOf(pool);
    await Promise.all([hanging, behind]);
    assert(await waiting !== before, "a slow picture waited for an idle worker");
  }));

Deno.test("WorkerPool.run() spreads fast pictures over its workers, and ends one that is late because of others", () =>
  withPool(2, async (pool) => {
    const quick = { ...OPTIONS, isQuick: true };
    const names = await Promise.all(Array.from({ length: 100 }, () => pool.run(MODEL, null, quick)));
    assertEquals(new Set(names.map(({ prediction }) => prediction.width)).size, 2);
    const hanging = Promise.allSettled([1, 2].map(() => pool.run(MODEL, text("hang"), quick)));
    await rejectsWith("attempt_failed", pool.run(MODEL, text("hang"), { ...quick, deadlineMs: 30 }));
    await pool.close();
    const codes = (await hanging).map((run) => run.status === "rejected" && run.reason.code);
    assertEquals(codes.sort(), ["deadline_exceeded", "shutting_down"]);
  }));

Deno.test("WorkerPool.run() refuses a picture that waited too long for a worker", () =>
  withPool(1, async (pool) => {
    const hanging = pool.run(MODEL, text("hang"), { ...OPTIONS, deadlineMs: 60_000 });
    await rejectsWith("deadline_exceeded", pool.run(MODEL, null, { ...OPTIONS, deadlineMs: 20 }));
    await pool.close();
    await rejectsWith("shutting_down", hanging);
  }));

Deno.test("WorkerPool.run() rejects for a caller that aborts, and keeps the worker", () =>
  withPool(1, async (pool) => {
    const before = await nameOf(pool);
    const gone = { ...OPTIONS, signal: AbortSignal.abort() };
    await rejectsWith("cancelled", pool.run(MODEL, null, gone));
    const leaving = new AbortController();
    const running = pool.run(MODEL, null, { ...OPTIONS, signal: leaving.signal });
    const waiting = pool.run(MODEL, null, { ...OPTIONS, signal: leaving.signal });
    leaving.abort();
    await rejectsWith("cancelled", running);
    await rejectsWith("cancelled", waiting);
    assertEquals(await nameOf(pool), before);
  }));

Deno.test("WorkerPool sends a worker the assets that it requests", () =>
  withPool(1, async (pool) => {
    const { prediction } = await pool.run(MODEL, text("asset"), OPTIONS);
    assertEquals(prediction.width, 77);
  }));

Deno.test("WorkerPool.close() rejects running and later calls", () =>
  withPool(1, async (pool) => {
    const running = pool.run(MODEL, text("hang"), OPTIONS);
    await pool.close();
    await rejectsWith("shutting_down", running);
    await rejectsWith("shutting_down", pool.run(MODEL, null, OPTIONS));
  }));

/** Returns a version of a gallery without people. */
async function viewOf(version: number): Promise<GalleryView> {
  const store = new MemoryBlobStore();
  const parts = { gallery: "staff", version, embedder: digest("e"), people: [] };
  const { index } = await putGallery(store, parts);
  return await new GalleryMatrix(index).update(index, (bucket) => store.read(bucket));
}

/** Returns the gallery version of each worker, by running one task on each. */
async function versionsIn(pool: Engine): Promise<(number | undefined)[]> {
  const runs = await Promise.all(Array.from({ length: pool.slots }, () => pool.run(MODEL, null, OPTIONS)));
  return runs.map(({ prediction }) => prediction.gallery?.version);
}

Deno.test("WorkerPool.setGallery() activates a version in every worker, and removes it", () =>
  withPool(2, async (pool) => {
    assertEquals(await versionsIn(pool), [undefined, undefined]);
    await pool.setGallery("staff", await viewOf(1));
    assertEquals(await versionsIn(pool), [1, 1]);
    await pool.setGallery("staff", await viewOf(2));
    assertEquals(await versionsIn(pool), [2, 2]);
    await pool.setGallery("staff", null);
    assertEquals(await versionsIn(pool), [undefined, undefined]);
  }));

Deno.test("WorkerPool.setGallery() also reaches a worker that replaces a dead one", () =>
  withPool(1, async (pool) => {
    await pool.setGallery("staff", await viewOf(1));
    const before = await nameOf(pool);
    await rejectsWith("worker_died", pool.run(MODEL, text("die"), OPTIONS));
    await pool.setGallery("staff", await viewOf(2)); // while the next worker starts
    assertEquals(await versionsIn(pool), [2]);
    assert(before !== await nameOf(pool));
  }));

Deno.test("WorkerPool.setGallery() does not wait for a worker that hangs, once it is ended", () =>
  withPool(1, async (pool) => {
    const hanging = pool.run(MODEL, text("hang"), { ...OPTIONS, deadlineMs: 50 });
    await pool.setGallery("staff", await viewOf(1));
    await rejectsWith("worker_died", hanging);
    assertEquals(await versionsIn(pool), [1]);
  }));

Deno.test("createWorkerPool() gives its workers no permission of any kind", async () => {
  await withPool(1, async (pool) => {
    const asked = pool.run(MODEL, text("permissions"), OPTIONS);
    const { message } = await assertRejects(() => asked, DmlError);
    assertEquals(message, "It holds: nothing.");
  });
});
