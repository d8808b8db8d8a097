/**
 * The model files of the face package on real photos: as attributes of faces, and each by itself as
 * a model of its own.
 */
import publishedDetector from "face-models/model/fr_detect.onnx" with { type: "bytes" };
import { FACE_ATTRIBUTES } from "../../../../models/catalog/face_attributes.ts";
import { FACES } from "../../../../models/catalog/faces.ts";
import { intersectionOverUnion } from "../../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import type { ClassifyParameters } from "../../../../models/manifest/classify.ts";
import type { PictureInput } from "../../../../models/manifest/picture_input.ts";
import { createPipeline } from "../../../../models/pipelines/create_pipeline.ts";
import { squareAround } from "../../../../models/pipelines/faces/attributes.ts";
import type { ModelSession } from "../../../../models/tensor.ts";
import { createModelSession } from "../../../../node/engine/onnx_session.ts";
import type { Person } from "../../../../protocol/messages/prediction.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { croppedPicture } from "../altered_pictures.ts";
import { INPUT, manifestOf } from "../models.ts";
import { samplePhotos } from "../sample_photos.ts";
import "../../../node/engine/started_onnx.ts";

const CLOCK = { nowMs: () => 0 };

const sessions: Record<string, ModelSession> = {};
for (const { role } of FACE_ATTRIBUTES.manifest.files) {
  sessions[role] = await createModelSession(await FACE_ATTRIBUTES.loadFile(role));
}
const photos = await samplePhotos();
const attributed = createPipeline(FACE_ATTRIBUTES.manifest, sessions, CLOCK);
const found: Person[][] = [];
for (const photo of photos) found.push((await attributed.recognise(photo, { embeddings: false })).persons);

/** Faces with a clear smile and open eyes: the photo, then the face from the left. */
const SMILING = [[0, 2], [2, 1], [2, 2], [3, 3], [5, 0], [5, 1]] as const;

/** Classifies `picture` with a model that consists of one model file and returns the best label. */
async function classify(
  role: string,
  parameters: Pick<ClassifyParameters, "input" | "labels">,
  picture: Picture,
): Promise<string | undefined> {
  const rest = { output: "output", activation: "softmax", topK: 1, scoreMin: 0 } as const;
  const manifest = manifestOf("classify", { ...parameters, ...rest });
  const pipeline = createPipeline(manifest, { model: sessions[role] }, CLOCK);
  return (await pipeline.recognise(picture, { embeddings: false })).labels?.[0].label;
}

/** Cuts out the square around a face, `side` times as long as the face. */
function cutOut(photo: Picture, { box }: Person, side: number): Picture {
  const { x, y, width } = squareAround(box, { side, picture: photo });
  const at = { x: Math.floor(x), y: Math.floor(y), width: Math.floor(width), height: Math.floor(width) };
  return croppedPicture(photo, at);
}

Deno.test("face-attributes finds the same 22 faces as faces", async () => {
  const plain = createPipeline(FACES.manifest, {
    detect: sessions.detect,
    landmarks: sessions.landmarks,
    embed: sessions.embed,
  }, CLOCK);
  assertEquals(found.flat().length, 22);
  const { persons } = await plain.recognise(photos[0], { embeddings: false });
  assertEquals(persons, found[0].map(({ attributes: _, ...person }) => person));
});

Deno.test("face-attributes classifies the 22 women on the photos as adult women", () => {
  for (const { attributes } of found.flat()) {
    assert(attributes?.gender && attributes.age);
    assertEquals(attributes.gender.label, "female");
    assert(attributes.age > 18 && attributes.age < 55, `${attributes.age}`);
  }
});

Deno.test("face-attributes detects the smiles", () => {
  for (const [photo, face] of SMILING) {
    const expression = found[photo][face].attributes?.expression;
    assert(
      expression?.label === "happy" && expression.score > 0.9,
      `sample${photo + 1}: ${JSON.stringify(expression)}`,
    );
  }
});

Deno.test("face-attributes classifies nearly all real faces as live", () => {
  const live = found.flat().filter(({ attributes }) => attributes?.liveness?.label === "live");
  assert(live.length >= 20, `${live.length} of 22`);
});

Deno.test("classify runs the expression model file on its own on cropped faces", async () => {
  const input: PictureInput = {
    ...INPUT,
    tensor: "input",
    width: 224,
    height: 224,
    resize: { mode: "stretch" },
  };
  const labels = ["angry?", "disgust?", "fear?", "happy", "sad", "surprise?", "neutral"];
  for (const [photo, face] of SMILING) {
    const label = await classify("expression", { input, labels }, cutOut(photos[photo], found[photo][face], 1));
    assertEquals(label, "happy", `sample${photo + 1}`);
  }
});

Deno.test("classify runs the liveness model file on its own, in BGR order and unscaled", async () => {
  const input: PictureInput = {
    ...INPUT,
    tensor: "input",
    width: 128,
    height: 128,
    channels: "BGR",
    scale: 1,
    resize: { mode: "crop", share: 1 },
  };
  const labels = ["live", "print", "screen"];
  for (const photo of [0, 3, 4]) {
    for (const person of found[photo].slice(0, 3)) {
      assertEquals(await classify("liveness", { input, labels }, cutOut(photos[photo], person, 2.2)), "live");
    }
  }
});

Deno.test("detect runs UltraFace's model file and finds the same 22 faces as faces", async () => {
  const input: PictureInput = {
    ...INPUT,
    tensor: "input",
    width: 320,
    height: 240,
    scale: 1,
    mean: [127],
    std: [128],
    resize: { mode: "letterbox", colour: [0, 0, 0], place: "centre" },
  };
  const manifest = manifestOf("detect", {
    decode: "ultraface",
    input,
    boxes: "boxes",
    scores: "scores",
    scoreMin: 0.7,
    overlapMax: 0.4,
    suppress: "any_class",
    labels: ["face"],
  });
  const pipeline = createPipeline(manifest, { model: await createModelSession(publishedDetector) }, CLOCK);
  for (const [at, photo] of photos.entries()) {
    const { objects } = await pipeline.recognise(photo, { embeddings: false });
    assertEquals(objects?.length, found[at].length);
    for (const { box } of found[at]) {
      const overlaps = objects?.map((object) => intersectionOverUnion(object.box, box)) ?? [];
      // One letterbox begins at a whole pixel, the other at a fraction, so the boxes differ
      // slightly.
      assert(Math.max(...overlaps) > 0.85, `sample${at + 1}: ${JSON.stringify(box)}, ${Math.max(...overlaps)}`);
    }
  }
});

Deno.test("embed returns the embedder's vector of a cropped face, nearer to its own face than to another", async () => {
  const input = { ...INPUT, tensor: "input", width: 112, height: 112, scale: 1 } as const;
  const manifest = manifestOf("embed", {
    input: { ...input, mean: [127], std: [128], resize: { mode: "stretch" } },
    output: "output",
    normalise: true,
  });
  const pipeline = createPipeline(manifest, { model: sessions.embed }, CLOCK);
  const vectorOf = async (photo: number, face: number, side: number) =>
    (await pipeline.recognise(cutOut(photos[photo], found[photo][face], side), { embeddings: false })).embedding ?? [];
  const cosine = (one: number[], other: number[]) => one.reduce((sum, value, at) => sum + value * other[at], 0);
  const [wide, narrow] = [await vectorOf(2, 1, 1.1), await vectorOf(2, 1, 1)];
  const stranger = await vectorOf(2, 2, 1.1);
  assertEquals(wide.length, 512);
  assert(Math.abs(cosine(wide, wide) - 1) < 1e-5);
  assert(cosine(wide, narrow) > cosine(wide, stranger) + 0.2, `${cosine(wide, narrow)}, ${cosine(wide, stranger)}`);
});
