/** Tests of the real worker with the real models on real photos. */
import sample from "sample-photos/demo/sample1.jpg" with { type: "bytes" };
import { faceFiles } from "../../../tools/face_model_files.ts";
import { assert, assertEquals, assertNotEquals, assertRejects } from "../../assert.ts";
import { EMPTY } from "../../../models/catalog/empty.ts";
import { FACES } from "../../../models/catalog/faces.ts";
import { intersectionOverUnion } from "../../../models/image/geometry/geometry.ts";
import { turnedPicture } from "../../../models/image/geometry/quarter_turn.ts";
import type { Picture } from "../../../models/image/picture.ts";
import { createImageCodec, type ImageCodec } from "../../../models/image/image_codec.ts";
import { readImageHeader } from "../../../models/image/format.ts";
import { encodeManifest } from "../../../models/manifest.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";
import type { Engine } from "../../../node/engine/engine.ts";
import { withDepthwiseConvolution } from "../../../node/engine/patches/depthwise_patch.ts";
import { createWorkerPool } from "../../../node/engine/worker_pool.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { type Person, predictionSchema, type Timings } from "../../../protocol/messages/prediction.ts";
import { bytesOf } from "../node_fixture.ts";

const FACES_DIGEST = encodeManifest(FACES.manifest).digest;
const EMPTY_DIGEST = encodeManifest(EMPTY.manifest).digest;
const OPTIONS = { annotate: false, embeddings: false, gallery: null, crops: false, deadlineMs: 60_000 };

async function withWorkers(
  options: { workers?: number; assetNames?: string[] },
  use: (pool: Engine) => Promise<void>,
): Promise<void> {
  const { workers = 1, assetNames = [] } = options;
  const pool = createWorkerPool({
    workers,
    assets: (name) => {
      assetNames.push(name);
      return assetFiles(name);
    },
    clock: SYSTEM_CLOCK,
    log: SILENT_LOG,
  });
  try {
    await use(pool);
  } finally {
    await pool.close();
  }
}

async function loadFaces(pool: Engine): Promise<{ imagesPerSecond: number }> {
  return await pool.load(FACES_DIGEST, FACES.manifest, faceFiles);
}

function sumOfParts({ totalMs: _, ...parts }: Timings): number {
  return Object.values(parts).reduce((sum, partMs) => sum + partMs, 0);
}

/** Returns the sample at three times its size, half of which is as much as the faces need. */
async function largeSample(codec: ImageCodec): Promise<Picture> {
  const { width, height, data } = await codec.decode(sample);
  const large = { width: 3 * width, height: 3 * height, data: new Uint8Array(9 * data.length) };
  for (let y = 0; y < large.height; y++) {
    for (let x = 0; x < large.width; x++) {
      const from = (Math.floor(y / 3) * width + Math.floor(x / 3)) * 3;
      large.data.set(data.subarray(from, from + 3), (y * large.width + x) * 3);
    }
  }
  return large;
}

function assertSamePlaces(persons: readonly Person[], expected: readonly Person[]): void {
  assertEquals(persons.length, expected.length);
  for (const [index, { box, landmarks }] of persons.entries()) {
    const other = expected[index];
    assert(intersectionOverUnion(box, other.box) > 0.95, `face ${index}`);
    for (const [nth, { x, y }] of landmarks.entries()) {
      const place = other.landmarks[nth];
      assert(Math.hypot(x - place.x, y - place.y) < 0.05 * other.box.width, `face ${index}, landmark ${nth}`);
    }
  }
}

Deno.test("the worker finds the same faces in a large photo that is decoded at half the size for a small annotated one", async () => {
  const codec = createImageCodec(assetFiles);
  const large = await largeSample(codec);
  const photo = await codec.encodeJpeg(large);
  await withWorkers({}, async (pool) => {
    await loadFaces(pool);
    const ask = (options: { maxSide?: number; embeddings?: boolean; annotate?: boolean }) =>
      pool.run(FACES_DIGEST, photo.slice(), { ...OPTIONS, annotate: true, ...options });
    const whole = await ask({});
    assert(whole.annotated !== null);
    assertEquals(readImageHeader(whole.annotated).width, large.width);
    for (const [maxSide, embeddings] of [[1_400, false], [300, false], [300, true], [undefined, false]] as const) {
      const { annotated, prediction } = await ask({ maxSide, embeddings, annotate: maxSide !== undefined });
      if (maxSide === undefined) assertEquals(annotated, null);
      else {
        assert(annotated !== null);
        const drawn = readImageHeader(annotated);
        assertEquals([drawn.width, drawn.height], [maxSide, Math.round(maxSide * large.height / large.width)]);
      }
      assertEquals([prediction.width, prediction.height], [large.width, large.height]);
      assertSamePlaces(prediction.persons, whole.prediction.persons);
      for (const [index, { box, landmarks, embedding }] of prediction.persons.entries()) {
        const expected = whole.prediction.persons[index];
        // A face that is embedded is looked at in all of its pixels.
        if (embeddings) assertEquals([box, landmarks], [expected.box, expected.landmarks]);
        else assertNotEquals(box, expected.box, "it was decoded smaller");
        assertEquals(embedding !== undefined, embeddings);
      }
    }
  });
});

Deno.test("the worker finds the same faces at any angle in a large photo that is decoded at half the size", async () => {
  const codec = createImageCodec(assetFiles);
  const lying = turnedPicture(await largeSample(codec), 90);
  const photo = await codec.encodeJpeg(lying);
  await withWorkers({}, async (pool) => {
    await loadFaces(pool);
    const ask = (options: { embeddings: boolean; anyAngle?: true }) =>
      pool.run(FACES_DIGEST, photo.slice(), { ...OPTIONS, ...options });
    const { prediction: whole } = await ask({ embeddings: true, anyAngle: true });
    assertEquals(whole.persons.length, 3);
    const { prediction: reduced } = await ask({ embeddings: false, anyAngle: true });
    assertEquals([reduced.width, reduced.height], [lying.width, lying.height]);
    assertSamePlaces(reduced.persons, whole.persons);
    const [small, full] = [reduced, whole].map(({ persons }) => persons.map(({ box }) => box));
    assertNotEquals(small, full, "it was decoded smaller");
  });
});

Deno.test("the worker asks for the engine again when it could not be had before", async () => {
  let failures = 1;
  const pool = createWorkerPool({
    workers: 1,
    assets: (name) => {
      if (name === "onnxruntime.wasm" && failures-- > 0) return Promise.reject(new Error("Too many open files."));
      return assetFiles(name);
    },
    clock: SYSTEM_CLOCK,
    log: SILENT_LOG,
    measures: false,
  });
  try {
    const { code } = await assertRejects(() => loadFaces(pool), DmlError);
    assertEquals(code, "assets_missing");
    await loadFaces(pool);
  } finally {
    await pool.close();
  }
});

Deno.test("workers skip the patch of an engine that it was not written for, which is logged once, unless it is off", async () => {
  for (
    const { patchesEngine, expected } of [{ patchesEngine: true, expected: 1 }, { patchesEngine: false, expected: 0 }]
  ) {
    const warnings: string[] = [];
    const pool = createWorkerPool({
      workers: 2,
      async assets(name) {
        const bytes = await assetFiles(name);
        // An engine that is patched already is another one, and works.
        return name === "onnxruntime.wasm" ? withDepthwiseConvolution(bytes)! : bytes;
      },
      clock: SYSTEM_CLOCK,
      log: { ...SILENT_LOG, warn: (message) => void warnings.push(message) },
      measures: false,
      patchesEngine,
    });
    try {
      await loadFaces(pool);
      const { prediction } = await pool.run(FACES_DIGEST, sample.slice(), OPTIONS);
      assert(prediction.persons.length > 0);
    } finally {
      await pool.close();
    }
    assertEquals(
      warnings.filter((message) => message.startsWith("The patch of the engine is skipped")).length,
      expected,
    );
  }
});

Deno.test("the worker", (test) =>
  withWorkers({}, async (pool) => {
    const { imagesPerSecond } = await loadFaces(pool);
    assert(imagesPerSecond > 0.1 && imagesPerSecond < 1_000, `${imagesPerSecond} images/s`);

    await test.step("finds the persons on a photo, draws them and reports the time of each part", async () => {
      const image = sample.slice();
      const { prediction, annotated } = await pool.run(FACES_DIGEST, image, {
        ...OPTIONS,
        annotate: true,
        embeddings: true,
      });
      assertEquals(predictionSchema.parse(prediction), prediction);
      assertEquals([prediction.model, prediction.width, prediction.persons.length], ["faces@1", 1920, 3]);
      assert(prediction.persons.every(({ embedding }) => embedding?.length === 512));
      assert(annotated !== null);
      const header = readImageHeader(annotated);
      assertEquals([header.format, header.width, header.height], ["jpeg", 1920, prediction.height]);
      const { timings } = prediction;
      assert(Object.values(timings).every((partMs) => partMs > 0), JSON.stringify(timings));
      assert(sumOfParts(timings) <= timings.totalMs + 1e-6, "the parts do not overlap");
      assertEquals(image.length, 0, "the picture was transferred");
    });

    await test.step("neither draws nor encodes unless it is requested", async () => {
      const { prediction, annotated } = await pool.run(FACES_DIGEST, sample.slice(), OPTIONS);
      assertEquals(annotated, null);
      assert(prediction.persons.every((person) => !("embedding" in person)));
      const { drawMs, encodeMs } = prediction.timings;
      assert(
        drawMs < 1 && encodeMs < 1,
        `drawing took ${drawMs} ms, encoding ${encodeMs} ms, although neither was requested`,
      );
    });

    await test.step("notes that a picture is cut short", async () => {
      const { prediction } = await pool.run(FACES_DIGEST, sample.slice(0, Math.floor(0.8 * sample.length)), OPTIONS);
      const { notes: [note] = [] } = predictionSchema.parse(prediction);
      assertEquals(note.code, "picture_repaired");
      assert(/: \d+ of its 1280 rows are grey in whole or in part\.$/.test(note.text), note.text);
    });

    await test.step("says what is wrong with a bad picture, and goes on", async () => {
      const bad: [string, Uint8Array<ArrayBuffer>][] = [
        ["image_unsupported", bytesOf("this is a text, whatever its name says")],
        ["image_empty", new Uint8Array(0)],
        ["image_unreadable", sample.slice(0, Math.floor(0.3 * sample.length))],
      ];
      for (const [code, image] of bad) {
        const error = await assertRejects(() => pool.run(FACES_DIGEST, image, OPTIONS), DmlError);
        assertEquals((error as DmlError).code, code);
      }
      const { prediction } = await pool.run(FACES_DIGEST, sample.slice(), OPTIONS);
      assertEquals(prediction.persons.length, 3);
    });
  }));

Deno.test("a worker that exceeds its deadline is replaced, and the replacement has the models again", () =>
  withWorkers({}, async (pool) => {
    await loadFaces(pool);
    const late = pool.run(FACES_DIGEST, sample.slice(), { ...OPTIONS, deadlineMs: 1 });
    const error = await assertRejects(() => late, DmlError);
    assertEquals((error as DmlError).code, "worker_died");
    const { prediction } = await pool.run(FACES_DIGEST, sample.slice(), OPTIONS);
    assertEquals(prediction.persons.length, 3);
  }));

Deno.test("two workers return the same for the same photo", () =>
  withWorkers({ workers: 2 }, async (pool) => {
    await loadFaces(pool);
    const options = { ...OPTIONS, embeddings: true };
    const [one, other] = await Promise.all([1, 2].map(() => pool.run(FACES_DIGEST, sample.slice(), options)));
    assertEquals(one.prediction.persons, other.prediction.persons);
  }));

Deno.test("the worker loads neither engine nor codec for a model that needs none", async () => {
  const assetNames: string[] = [];
  await withWorkers({ assetNames }, async (pool) => {
    await pool.load(EMPTY_DIGEST, EMPTY.manifest, () => Promise.resolve(new Map()));
    const { prediction } = await pool.run(EMPTY_DIGEST, null, OPTIONS);
    assertEquals([prediction.model, prediction.width, prediction.persons], ["empty@1", 0, []]);
  });
  assertEquals(assetNames, []);
});

Deno.test("the worker refuses invalid model files", () =>
  withWorkers({}, async (pool) => {
    const files = new Map(FACES.manifest.files.map(({ role }) => [role, bytesOf("no model")]));
    const error = await assertRejects(
      () => pool.load(FACES_DIGEST, FACES.manifest, () => Promise.resolve(files)),
      DmlError,
    );
    assertEquals((error as DmlError).code, "engine_failed");
    const missing = new Map([["detect", await FACES.loadFile("detect")]]);
    const other = await assertRejects(
      () => pool.load(FACES_DIGEST, FACES.manifest, () => Promise.resolve(missing)),
      DmlError,
    );
    assertEquals((other as DmlError).code, "model_invalid");
  }));
