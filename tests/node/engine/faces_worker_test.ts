/**
 * The faces pipeline with every family of detectors and several embedders on the real worker, over
 * small model files whose answers are known.
 */
import type { FacesParameters } from "../../../models/manifest/faces.ts";
import { encodeManifest } from "../../../models/manifest.ts";
import type { FaceDetectorParameters, FaceEmbedderParameters } from "../../../models/manifest/face_files.ts";
import { assetFiles } from "../../../node/engine/asset_files.ts";
import type { Engine } from "../../../node/engine/engine.ts";
import { createWorkerPool } from "../../../node/engine/worker_pool.ts";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { SILENT_LOG } from "../../../protocol/kernel/log.ts";
import { type Person, predictionSchema } from "../../../protocol/messages/prediction.ts";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "../../assert.ts";
import { makePng } from "../../models/image/png/png_writer.ts";
import { graphModel, tensor } from "../../models/onnx/graph_model.ts";
import { retinafaceModel, scrfdModel, yunetModel } from "../../models/pipelines/faces/detectors/grid_detector.ts";
import { facesManifest } from "../../models/pipelines/faces/faces_manifest.ts";

const OPTIONS = { annotate: false, embeddings: true, gallery: null, crops: false, deadlineMs: 60_000 };
const SIZE = { width: 128, height: 64 };
const FIXED = { size: "fixed", width: 64, height: 64 } as const;

type Files = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/** Black but for a blue square of 16x16 at (64, 32) and a red one of 32x32 at (96, 32). */
const SQUARES = await picture((x, y) => {
  if (x >= 64 && x < 80 && y >= 32 && y < 48) return [0, 0, 255];
  return x >= 96 && y >= 32 ? [255, 0, 0] : [0, 0, 0];
});
const PLAIN = await picture(() => [51, 102, 204]);

function picture(colourAt: (x: number, y: number) => readonly number[]): Promise<Uint8Array<ArrayBuffer>> {
  return makePng({ ...SIZE, colourType: 2, depth: 8, samplesAt: colourAt });
}

/** An embedder of three dimensions: the mean of each channel of its input. */
function meansOf(side: number, more: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const outputs = { means: "GlobalAveragePool", ...more };
  return graphModel({
    inputs: { aligned: { dims: [1, 3, side, side] } },
    outputs: Object.fromEntries(Object.keys(outputs).map((name) => [name, { dims: [1, 3, 1, 1] }])),
    steps: Object.entries(outputs).map(([to, operator]) => ({ operator, from: ["aligned"], to })),
  });
}

/** A landmark model file that puts all 68 points at the same distances, whatever it sees. */
function landmarkModel(): Uint8Array<ArrayBuffer> {
  const numbers = Array.from({ length: 68 }, (_, at) => [at % 2 === 0 ? 0.25 : 0.75, at < 48 ? 0.25 : 0.75]).flat();
  return graphModel({
    inputs: { input: { dims: [1, 1, 64, 64] } },
    outputs: { output: { dims: [1, 136] } },
    constants: { numbers: tensor([1, 136], numbers), zero: tensor([], [0]) },
    steps: [
      { operator: "ReduceMean", from: ["input"], to: "mean", attributes: { keepdims: 0 } },
      { operator: "Mul", from: ["mean", "zero"], to: "nothing" },
      { operator: "Add", from: ["numbers", "nothing"], to: "output" },
    ],
  });
}

const ARCFACE: FaceEmbedderParameters = {
  template: "arcface",
  side: 112,
  channels: "RGB",
  mean: 127.5,
  std: 127.5,
};

async function withWorker(use: (pool: Engine) => Promise<void>): Promise<void> {
  const pool = createWorkerPool({ workers: 1, assets: assetFiles, clock: SYSTEM_CLOCK, log: SILENT_LOG });
  try {
    await use(pool);
  } finally {
    await pool.close();
  }
}

async function load(pool: Engine, files: Files, parameters: Partial<FacesParameters>): Promise<string> {
  const manifest = facesManifest(files, parameters);
  const { digest } = encodeManifest(manifest);
  await pool.load(
    digest,
    manifest,
    () => Promise.resolve(new Map(Object.entries(files).map(([role, bytes]) => [role, bytes.slice()]))),
  );
  return digest;
}

async function personsIn(
  pool: Engine,
  body: Uint8Array<ArrayBuffer>,
  { files, parameters }: { files: Files; parameters: Partial<FacesParameters> },
): Promise<Person[]> {
  const digest = await load(pool, files, parameters);
  const { prediction } = await pool.run(digest, body.slice(), OPTIONS);
  await pool.unload(digest);
  assertEquals(predictionSchema.parse(JSON.parse(JSON.stringify(prediction))), prediction);
  return prediction.persons;
}

async function refusal(pool: Engine, files: Files, parameters: Partial<FacesParameters>): Promise<string> {
  const error = await assertRejects(() => load(pool, files, parameters), DmlError);
  return `${error.code}: ${error.message}`;
}

function detectorOf(
  family: "yunet" | "scrfd" | "retinaface",
  input: { size: "fixed"; width: number; height: number } | { size: "dynamic"; sideMax: number } = FIXED,
): FaceDetectorParameters {
  return { family, input };
}

/**
 * The face that each family finds in the picture at half its size, by its own formulas. YuNet: the
 * cell (4, 2) of stride 8 has its centre at ((4 + 0.5) * 8, (2 + 0.25) * 8) and 2x3 strides. SCRFD:
 * the cell (3, 1) of stride 16 reaches 0.25, 0.5, 0.75 and 1 strides from its corner. RetinaFace:
 * the prior of 32 around (36, 20) is moved by 0.5 and 0.25 tenths of its side and has 0.5x0.75 of
 * it.
 */
const FAMILIES = [
  {
    family: "yunet",
    file: yunetModel(),
    box: { x: 56, y: 12, width: 32, height: 48 },
    points: [[56, 24], [72, 24], [64, 32], [60, 44], [68, 44]],
  },
  {
    family: "scrfd",
    file: scrfdModel(),
    box: { x: 88, y: 16, width: 32, height: 48 },
    points: [[80, 16], [112, 16], [96, 32], [88, 56], [104, 56]],
  },
  {
    // The box ends at 65.6, below the picture.
    family: "retinaface",
    file: retinafaceModel(),
    box: { x: 59, y: 18, width: 32, height: 46 },
    points: [[68.8, 36.8], [75.2, 36.8], [72, 40], [70.4, 44.8], [73.6, 44.8]],
  },
] as const;

Deno.test("the worker finds faces with detectors of every family, by their own points", (test) =>
  withWorker(async (pool) => {
    for (const { family, file, box, points } of FAMILIES) {
      for (const input of [FIXED, { size: "dynamic", sideMax: 64 } as const]) {
        await test.step(`${family}, ${input.size}`, async () => {
          const files = { detect: file, embed: meansOf(112) };
          const parameters = { detector: detectorOf(family, input), embedder: ARCFACE };
          const persons = await personsIn(pool, SQUARES, { files, parameters });
          assertEquals(persons.map((person) => [person.box, person.score]), [[box, 0.9]]);
          assertEquals(persons[0].landmarks, points.map(([x, y]) => ({ x, y })));
        });
      }
    }

    await test.step("yunet at the size of the picture, where a square covers four cells", async () => {
      const files = { detect: yunetModel(), embed: meansOf(112) };
      const detector = detectorOf("yunet", { size: "dynamic", sideMax: 128 });
      const persons = await personsIn(pool, SQUARES, { files, parameters: { detector, embedder: ARCFACE } });
      // Boxes of 16x24 that lie 8 pixels apart overlap by a third; one above the other, by a half.
      assertEquals(persons.map(({ box }) => box), [
        { x: 60, y: 22, width: 16, height: 24 },
        { x: 68, y: 22, width: 16, height: 24 },
      ]);
    });

    await test.step("a crowd up to the limit, and a note that there are more", async () => {
      // A blue cell every 24 pixels down and 16 across: boxes of 16x24 that do not overlap.
      const crowd = await makePng({
        width: 640,
        height: 640,
        colourType: 2,
        depth: 8,
        samplesAt: (x, y) => x % 16 < 8 && y % 24 < 8 ? [0, 0, 255] : [0, 0, 0],
      });
      const files = { detect: yunetModel(), embed: meansOf(112) };
      const detector = detectorOf("yunet", { size: "dynamic", sideMax: 640 });
      const digest = await load(pool, files, { detector, embedder: ARCFACE });
      const { prediction } = await pool.run(digest, crowd, { ...OPTIONS, embeddings: false });
      await pool.unload(digest);
      assertEquals(prediction.persons.length, LIMITS.personsMax);
      assertEquals(prediction.notes?.map(({ code }) => code), ["persons_limited"]);
    });

    await test.step("a landmark model file instead of the detector's points, unless the manifest says otherwise", async () => {
      const files = { detect: yunetModel(), landmarks: landmarkModel(), embed: meansOf(112) };
      const common = { detector: detectorOf("yunet"), embedder: ARCFACE };
      const [byFile] = await personsIn(pool, SQUARES, { files, parameters: common });
      // The square has 1.15 times the height of the box and the centre (72, 36).
      const shift = 0.25 * 1.15 * 48;
      const [left, top, bottom] = [72 - shift, 36 - shift, 36 + shift];
      const expected = [[72, top], [72, top], [left, top], [left, bottom], [left, bottom]];
      byFile.landmarks.forEach(({ x, y }, index) => {
        assertAlmostEquals(x, expected[index][0], 0.06);
        assertAlmostEquals(y, expected[index][1], 0.06);
      });
      const [byDetector] = await personsIn(pool, SQUARES, { files, parameters: { ...common, points: "detector" } });
      assertEquals(byDetector.landmarks[0], { x: 56, y: 24 });
      const [same] = await personsIn(pool, SQUARES, { files, parameters: { ...common, points: "landmarks" } });
      assertEquals(same.landmarks, byFile.landmarks);
    });
  }));

Deno.test("the worker gives each embedder the colours, the size and the template that it expects", (test) =>
  withWorker(async (pool) => {
    const detector = detectorOf("yunet");
    const custom = [[40, 40], [80, 40], [60, 60], [45, 90], [75, 90]];
    const table: [what: string, embedder: FaceEmbedderParameters, means: number[]][] = [
      ["arcface", ARCFACE, [51, 102, 204].map((sample) => (sample - 127.5) / 127.5)],
      ["arcface over 128", { ...ARCFACE, std: 128 }, [51, 102, 204].map((sample) => (sample - 127.5) / 128)],
      ["sface", { ...ARCFACE, mean: 0, std: 1 }, [51, 102, 204]],
      ["BGR", { ...ARCFACE, mean: 0, std: 1, channels: "BGR" }, [204, 102, 51]],
      ["a template of its own", { ...ARCFACE, side: 128, template: custom, mean: 0, std: 255 }, [0.2, 0.4, 0.8]],
    ];
    for (const [what, embedder, means] of table) {
      await test.step(what, async () => {
        const files = { detect: yunetModel(), embed: meansOf(embedder.side) };
        const persons = await personsIn(pool, PLAIN, { files, parameters: { detector, embedder } });
        assert(persons.length > 0);
        const length = Math.hypot(...means);
        for (const { embedding, quality } of persons) {
          assertEquals(embedding?.length, 3);
          embedding?.forEach((value, index) => assertAlmostEquals(value, means[index] / length, 1e-4));
          assertAlmostEquals(quality?.sharpness ?? NaN, 0, 1e-3);
        }
      });
    }

    await test.step("the output that the manifest names, of two", async () => {
      const files = { detect: yunetModel(), embed: meansOf(112, { greatest: "GlobalMaxPool" }) };
      const embedder = { ...ARCFACE, mean: 0, std: 1, output: "greatest" };
      const [{ embedding }] = await personsIn(pool, PLAIN, { files, parameters: { detector, embedder } });
      assertAlmostEquals(embedding?.[2] ?? NaN, 204 / Math.hypot(51, 102, 204), 1e-5);
    });
  }));

Deno.test("the worker refuses at loading what does not fit a faces manifest, and says what", () =>
  withWorker(async (pool) => {
    const embed = meansOf(112);
    const embedder = ARCFACE;
    const yunet = { detector: detectorOf("yunet"), embedder };
    const scrfd = { detector: detectorOf("scrfd"), embedder };
    assertStringIncludes(
      await refusal(pool, { detect: scrfdModel(), embed }, yunet),
      "model_invalid: The model file detect has no output cls_8 (class scores), which yunet has; it has 83, 87, 89,",
    );
    assertStringIncludes(
      await refusal(pool, { detect: scrfdModel({ hasPoints: false }), embed }, scrfd),
      "model_invalid: The model file detect has no output of 1x128x10 (points of stride 8), which scrfd has for 64x64 pixels",
    );
    assertStringIncludes(
      await refusal(pool, { detect: yunetModel(), embed }, { ...yunet, detector: detectorOf("retinaface") }),
      "model_invalid: The model file detect has no output of 1x168x4 (boxes), which retinaface has for 64x64 pixels",
    );
    assertStringIncludes(
      await refusal(pool, { detect: yunetModel(), embed: meansOf(128) }, yunet),
      "Got: 112 Expected: 128",
    );
    assertStringIncludes(
      await refusal(pool, { detect: yunetModel(), embed: meansOf(112, { greatest: "GlobalMaxPool" }) }, yunet),
      "model_invalid: The model file embed has the outputs means, greatest.",
    );
    assertStringIncludes(
      await refusal(pool, { detect: yunetModel(), embed }, { embedder }),
      "model_invalid: The model has no model file landmarks, and the detector ultraface returns no points.",
    );
    assertStringIncludes(
      await refusal(pool, { detect: yunetModel(), landmarks: landmarkModel(), embed }, {
        embedder,
        points: "detector",
      }),
      "model_invalid: The detector ultraface returns no points, but `points` is detector.",
    );
    assertStringIncludes(
      await refusal(pool, { detect: yunetModel(), embed }, { ...yunet, points: "landmarks" }),
      "model_invalid: The model has no model file landmarks, which `points` names.",
    );
    assertStringIncludes(
      await refusal(pool, { detect: yunetModel() }, yunet),
      "model_invalid: The model has no model file embed.",
    );
    assertStringIncludes(await refusal(pool, { embed }, yunet), "model_invalid: The model has no model file detect.");
  }));
