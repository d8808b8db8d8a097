/**
 * Tests of every task of a model on the real worker, which has no permissions, over small model
 * files with known outputs.
 */
import { readImageHeader } from "../../../models/image/format.ts";
import { encodeManifest, type Manifest } from "../../../models/manifest.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";
import type { Engine, EngineResult } from "../../../node/engine/engine.ts";
import { createWorkerPool } from "../../../node/engine/worker_pool.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { predictionSchema } from "../../../protocol/messages/prediction.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { makePng } from "../../models/image/png/png_writer.ts";
import { npyFile } from "../../models/npy_writer.ts";
import { answeringModel, graphModel, tensor } from "../../models/onnx/graph_model.ts";
import { type Detector, DETECTORS, FOUND, PICTURE_SIZE, ULTRAFACE } from "../../models/pipelines/detections.ts";
import { INPUT, LABELS, manifestOf } from "../../models/pipelines/models.ts";

const OPTIONS = { annotate: false, embeddings: false, gallery: null, crops: false, deadlineMs: 60_000 };
const IMAGES = { dims: [1, 3, 64, 64] };

/** A model file that computes the mean of each channel, which is the colour of a plain picture. */
const MEANS = graphModel({
  inputs: { images: IMAGES },
  outputs: { scores: { dims: [1, 3, 1, 1] } },
  steps: [{ operator: "GlobalAveragePool", from: ["images"], to: "scores" }],
});

const pictures = { red: await plain([192, 0, 64]), blue: await plain([0, 64, 192]) };
/**
 * An input that is filled without bars, so that its mean is the picture's colour divided by 256.
 */
const STRETCHED = { ...INPUT, scale: 1 / 256, resize: { mode: "stretch" } as const };

function plain(colour: readonly number[]): Promise<Uint8Array<ArrayBuffer>> {
  return makePng({ ...PICTURE_SIZE, colourType: 2, depth: 8, samplesAt: () => colour });
}

async function withWorker(use: (pool: Engine) => Promise<void>): Promise<void> {
  const pool = createWorkerPool({ workers: 1, assets: assetFiles, clock: SYSTEM_CLOCK, log: SILENT_LOG });
  try {
    await use(pool);
  } finally {
    await pool.close();
  }
}

async function load(pool: Engine, manifest: Manifest, file: Uint8Array<ArrayBuffer>): Promise<string> {
  const { digest } = encodeManifest(manifest);
  await pool.load(digest, manifest, () => Promise.resolve(new Map([["model", file.slice()]])));
  return digest;
}

/** Runs the model on `body` and checks that the protocol can carry the result. */
async function ask(
  pool: Engine,
  model: { manifest: Manifest; file: Uint8Array<ArrayBuffer>; annotate?: boolean },
  body: Uint8Array<ArrayBuffer>,
): Promise<EngineResult> {
  const digest = await load(pool, model.manifest, model.file);
  const result = await pool.run(digest, body.slice(), { ...OPTIONS, annotate: model.annotate ?? false });
  const { prediction } = result;
  assertEquals(predictionSchema.parse(JSON.parse(JSON.stringify(prediction))), prediction);
  return result;
}

function modelOf({ parameters, outputs }: Detector): { manifest: Manifest; file: Uint8Array<ArrayBuffer> } {
  const file = answeringModel(outputs, { input: IMAGES });
  return { manifest: manifestOf("detect", parameters, file), file };
}

Deno.test("the worker runs models of every task", (test) =>
  withWorker(async (pool) => {
    for (const detector of DETECTORS) {
      await test.step(`detects: ${detector.what}`, async () => {
        const { firstIndex = 0 } = detector;
        const given = "classes" in detector.parameters && detector.parameters.classes !== null;
        const { prediction } = await ask(pool, modelOf(detector), pictures.red);
        const expected = FOUND.same_class.map((object) => ({ ...object, index: object.index + firstIndex }));
        assertEquals(prediction.objects, expected, given ? "classes given" : "a score a class");
        assertEquals([prediction.width, prediction.height, prediction.persons], [128, 64, []]);
      });
    }

    await test.step("detects: ultraface, its single class", async () => {
      const { prediction } = await ask(pool, modelOf(ULTRAFACE), pictures.red);
      const expected = FOUND.any_class.map((object) => ({ ...object, label: "face", index: 0 }));
      assertEquals(prediction.objects, expected);
    });

    await test.step("detects: boxes of all classes suppress each other, and are drawn into the picture", async () => {
      const { parameters, outputs } = DETECTORS[3];
      const file = answeringModel(outputs, { input: IMAGES });
      const manifest = manifestOf("detect", { ...parameters, suppress: "any_class" }, file);
      const { prediction, annotated } = await ask(pool, { manifest, file, annotate: true }, pictures.red);
      assertEquals(prediction.objects, FOUND.any_class);
      assert(annotated !== null);
      assertEquals(readImageHeader(annotated).width, 128);
    });

    await test.step("classifies by the content of the picture", async () => {
      const parameters = {
        input: STRETCHED,
        output: "scores",
        activation: "none",
        topK: 2,
        scoreMin: 0.1,
        labels: ["red", "green", "blue"],
      } as const;
      const manifest = manifestOf("classify", { ...parameters, labels: [...parameters.labels] }, MEANS);
      const red = await ask(pool, { manifest, file: MEANS }, pictures.red);
      assertEquals(red.prediction.labels, [{ label: "red", index: 0, score: 0.75 }, {
        label: "blue",
        index: 2,
        score: 0.25,
      }]);
      const blue = await ask(pool, { manifest, file: MEANS, annotate: true }, pictures.blue);
      assertEquals(blue.prediction.labels?.map(({ label }) => label), ["blue", "green"]);
      assert(blue.annotated !== null);
    });

    await test.step("embeds at length one, and draws nothing", async () => {
      const manifest = manifestOf("embed", { input: STRETCHED, output: "scores", normalise: true }, MEANS);
      const { prediction, annotated } = await ask(pool, { manifest, file: MEANS, annotate: true }, pictures.red);
      const length = Math.hypot(0.75, 0.25);
      assertEquals(
        prediction.embedding,
        [0.75 / length, 0, 0.25 / length].map((value) => Number(value.toPrecision(7))),
      );
      assertEquals(annotated, null);
    });

    await test.step("computes with tensors: raw bytes, a .npy file, a picture", async () => {
      const inputs = [{ tensor: "images", type: "float32" as const, dims: [1, 3, 64, 64] }];
      const manifest = manifestOf("tensor", { picture: STRETCHED, inputs, outputs: [] }, MEANS);
      const numbers = Float32Array.from({ length: 3 * 64 * 64 }, (_, at) => at < 4_096 ? 2 : at < 8_192 ? -1 : 0.5);
      const raw = new Uint8Array(numbers.buffer);
      const value = { name: "scores", type: "float32" as const, dims: [1, 3, 1, 1] };
      const byBytes = await ask(pool, { manifest, file: MEANS }, raw);
      assertEquals(byBytes.prediction.tensors, [{ ...value, data: [2, -1, 0.5] }]);
      assertEquals(byBytes.prediction.width, 0);
      const byFile = await ask(pool, { manifest, file: MEANS }, npyFile("<f4", [1, 3, 64, 64], raw));
      assertEquals(byFile.prediction.tensors, byBytes.prediction.tensors);
      const byPicture = await ask(pool, { manifest, file: MEANS, annotate: true }, pictures.red);
      assertEquals(byPicture.prediction.tensors, [{
        ...value,
        data: [0.75, 0, 0.25],
      }]);
      assertEquals([byPicture.prediction.width, byPicture.annotated], [128, null]);
    });

    await test.step("computes with several tensors of several types", async () => {
      const file = graphModel({
        inputs: { first: { dims: [2] }, second: { dims: [2] }, counts: { type: "int64", dims: [-1] } },
        outputs: { sum: { dims: [2] }, same: { type: "int64", dims: [-1] }, odd: { type: "bool", dims: [2] } },
        steps: [
          { operator: "Add", from: ["first", "second"], to: "sum" },
          { operator: "Identity", from: ["counts"], to: "same" },
          { operator: "IsNaN", from: ["first"], to: "odd" },
        ],
      });
      const inputs = [
        { tensor: "first", type: "float32" as const, dims: [2] },
        { tensor: "counts", type: "int64" as const, dims: [-1] },
        { tensor: "second", type: "float32" as const, dims: [2] },
      ];
      const manifest = manifestOf("tensor", { picture: null, inputs, outputs: ["same", "sum", "odd"] }, file);
      const body = new Uint8Array([
        ...new Uint8Array(Float32Array.of(1, NaN).buffer),
        ...new Uint8Array(BigInt64Array.of(7n, -8n, 9n).buffer),
        ...new Uint8Array(Float32Array.of(0.25, 4).buffer),
      ]);
      const { prediction } = await ask(pool, { manifest, file }, body);
      assertEquals(prediction.tensors, [
        { name: "same", type: "int64", dims: [3], data: [7, -8, 9] },
        { name: "sum", type: "float32", dims: [2], data: [1.25, null] },
        { name: "odd", type: "bool", dims: [2], data: [0, 1] },
      ]);
      const short = await assertRejects(() => ask(pool, { manifest, file }, body.slice(0, 21)), DmlError);
      assertEquals(short.code, "tensor_invalid");
    });

    await test.step("refuses at load a model file that does not match its manifest", async () => {
      const { parameters } = DETECTORS[3];
      const file = answeringModel({ output0: tensor([1, 20, 7], new Array(140).fill(0)) }, { input: IMAGES });
      const error = await assertRejects(() => load(pool, manifestOf("detect", parameters, file), file), DmlError);
      assertEquals(error.code, "model_invalid");
      assertStringIncludes(error.message, "has the shape 1x20x7; decode yolov8 reads 1x(4 + classes)xN, here 1x6xN");
      const input = { ...INPUT, tensor: "pixels" };
      const wrong = manifestOf("embed", { input, output: "scores", normalise: false }, MEANS);
      assertStringIncludes(
        (await assertRejects(() => load(pool, wrong, MEANS), DmlError)).message,
        "has no input pixels; it has images",
      );
      const few = {
        input: INPUT,
        output: "scores",
        activation: "softmax",
        topK: 1,
        scoreMin: 0,
        labels: LABELS,
      } as const;
      const labels = manifestOf("classify", { ...few, labels: LABELS }, MEANS);
      assertStringIncludes((await assertRejects(() => load(pool, labels, MEANS), DmlError)).message, "3 classes");
    });

    await test.step("refuses an answer that does not fit into a message", async () => {
      const file = answeringModel({ mask: tensor([1, 1, 1_024, 1_024], new Array(1_048_576).fill(0)) }, {
        input: IMAGES,
      });
      const inputs = [{ tensor: "images", type: "float32" as const, dims: [1, 3, 64, 64] }];
      const manifest = manifestOf("tensor", { picture: null, inputs, outputs: [] }, file);
      const digest = await load(pool, manifest, file);
      const photo = () => new Uint8Array(4 * 3 * 64 * 64);
      const error = await assertRejects(() => pool.run(digest, photo(), OPTIONS), DmlError);
      assertEquals(error.code, "answer_too_large");
      assertStringIncludes(error.message, "mask float32 1x1x1024x1024");
      const { prediction, tensorBytes } = await pool.run(digest, photo(), { ...OPTIONS, packTensors: true });
      const size = 4 * 1_024 * 1_024;
      const packed = { name: "mask", type: "float32" as const, dims: [1, 1, 1_024, 1_024], size };
      assertEquals(prediction.packed, { tensors: [packed] });
      assertEquals(tensorBytes?.length, size);
    });
  }));
