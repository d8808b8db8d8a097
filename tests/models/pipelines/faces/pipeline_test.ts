import { createPipeline } from "../../../../models/pipelines/create_pipeline.ts";
import { EMBED } from "../../../../models/pipelines/faces/embed.ts";
import { LANDMARKS } from "../../../../models/pipelines/faces/landmarks.ts";
import { EMPTY } from "../../../../models/catalog/empty.ts";
import { FACES } from "../../../../models/catalog/faces.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import type { FaceGallery, Pipeline, RecognisedFace } from "../../../../models/pipelines/pipeline.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { InvariantError } from "../../../../protocol/kernel/invariant.ts";
import { type FaceQuality, personSchema } from "../../../../protocol/messages/prediction.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "../../../assert.ts";
import { type FakeAnswer, FakeSession } from "../fake_session.ts";
import { FakeDetector, type FakeFace } from "./fake_detector.ts";

const PICTURE: Picture = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(90) };

/** Two faces: a weaker one on the left, a surer one on the right. */
const TWO_FACES: readonly FakeFace[] = [[0.8, 0.1, 0.4, 0.3, 0.6], [0.9, 0.6, 0.4, 0.8, 0.6]];

function fakePipeline(
  answers: {
    detect?: readonly FakeFace[] | Promise<readonly FakeFace[]>;
    landmarks?: FakeAnswer;
    embed?: FakeAnswer;
  },
  nowMs: () => number = () => 0,
) {
  const ones = () => ({ output: new Float32Array(EMBED.outputs.output).fill(1) });
  const sessions = {
    detect: new FakeDetector(() => answers.detect ?? []),
    landmarks: new FakeSession(LANDMARKS, () => answers.landmarks ?? {}),
    embed: new FakeSession(EMBED, () => answers.embed ?? ones()),
  };
  const pipeline: Pipeline = createPipeline(FACES.manifest, sessions, { nowMs });
  const runs = () => [sessions.detect.looks.length, sessions.landmarks.runs.length, sessions.embed.runs.length];
  return { pipeline, sessions, runs };
}

Deno.test("createPipeline() runs nothing more if the detector finds no face", async () => {
  const { pipeline, runs } = fakePipeline({});
  assert(pipeline.needsPicture);
  assertEquals((await pipeline.recognise(PICTURE, { embeddings: true })).persons, []);
  assertEquals(runs(), [1, 0, 0]);
});

Deno.test("createPipeline() returns valid persons, from left to right", async () => {
  const { pipeline, runs } = fakePipeline({ detect: TWO_FACES });
  const { persons } = await pipeline.recognise(PICTURE, { embeddings: true });
  assertEquals(persons.map(({ score }) => score), [0.8, 0.9]);
  for (const person of persons) {
    assertEquals(personSchema.parse(person), person);
    assertEquals(person.embedding?.length, 512);
  }
  assertEquals(runs(), [1, 2, 2]);
});

Deno.test("createPipeline() embeds no face unless embeddings are requested", async () => {
  const { pipeline, runs } = fakePipeline({ detect: TWO_FACES });
  const { persons } = await pipeline.recognise(PICTURE, { embeddings: false });
  assertEquals(persons.map((person) => "embedding" in person), [false, false]);
  assertEquals(runs(), [1, 2, 0]);
});

Deno.test("createPipeline() measures faces without embedding them if only quality is requested", async () => {
  const { pipeline, runs } = fakePipeline({ detect: TWO_FACES });
  const { persons } = await pipeline.recognise(PICTURE, { embeddings: false, quality: true });
  assertEquals(persons.map(({ quality, embedding }) => [quality?.sharpness, embedding]), [[0, undefined], [
    0,
    undefined,
  ]]);
  assertEquals(runs(), [1, 2, 0]);
});

Deno.test("createPipeline() adds to each face the gallery's recognition by its embedding and quality", async () => {
  const { pipeline, runs } = fakePipeline({ detect: TWO_FACES });
  const asked: [number, FaceQuality][] = [];
  const answers: RecognisedFace[] = [
    { recognition: "known", name: "Ada", similarity: 1.0000001 },
    { recognition: "uncertain", name: null, similarity: null, candidates: [{ name: "Ben", similarity: 0.41234567 }] },
  ];
  const gallery: FaceGallery = {
    recognise: (embedding, quality) => answers[asked.push([embedding.length, quality]) - 1],
  };
  const { persons } = await pipeline.recognise(PICTURE, { embeddings: false, gallery });
  assertEquals(asked.map(([dimensions]) => dimensions), [512, 512]);
  for (const person of persons) assertEquals(personSchema.parse(person), person);
  assertEquals(persons.map(({ name, similarity, recognition }) => [name, similarity, recognition]), [
    [null, null, "uncertain"],
    ["Ada", 1, "known"],
  ]);
  assertEquals(persons[0].candidates, [{ name: "Ben", similarity: 0.4123 }]);
  assert(persons.every((person) => person.quality !== undefined && !("embedding" in person)));
  assertEquals(runs(), [1, 2, 2]);
});

Deno.test("createPipeline() gives the name of one person to one face of a picture at most", async () => {
  const { pipeline } = fakePipeline({ detect: TWO_FACES });
  const similarities = [0.6, 0.7];
  const gallery: FaceGallery = {
    recognise: () => ({ recognition: "known", name: "Ada", similarity: similarities.shift() ?? null }),
  };
  const { persons } = await pipeline.recognise(PICTURE, { embeddings: false, gallery });
  assertEquals(persons.map(({ name, recognition, candidates }) => [name, recognition, candidates]), [
    ["Ada", "known", undefined],
    [null, "uncertain", [{ name: "Ada", similarity: 0.6 }]],
  ]);
});

Deno.test("createPipeline() warms every model file up once, whatever is in the picture", async () => {
  for (const detect of [[], TWO_FACES]) {
    const { pipeline, runs } = fakePipeline({ detect });
    await pipeline.warmUp(PICTURE);
    assertEquals(runs(), [1, 1, 1]);
  }
});

Deno.test("createPipeline() normalises a grey picture to the range on which the model files were trained", async () => {
  const { pipeline, sessions } = fakePipeline({ detect: TWO_FACES });
  await pipeline.recognise(PICTURE, { embeddings: true });
  const middle = (run: Float32Array) => run[Math.floor(run.length / 2)];
  const near = (one: number, other: number) => Math.abs(one - other) < 0.005;
  assert(near(middle(sessions.detect.looks[0].data), (90 - 127) / 128));
  assert(near(middle(sessions.landmarks.runs[0]), 90 / 256));
  assert(near(middle(sessions.embed.runs[0]), (90 - 127) / 128));
});

Deno.test("createPipeline() returns the same for a picture whatever was processed before", async () => {
  const noise = { ...PICTURE, data: PICTURE.data.map((_, index) => index * 97 % 256) };
  const { pipeline, sessions } = fakePipeline({ detect: TWO_FACES });
  for (const picture of [PICTURE, noise, PICTURE]) {
    await pipeline.recognise(picture, { embeddings: true });
  }
  assertEquals(sessions.detect.looks[2], sessions.detect.looks[0]);
  assertEquals(sessions.landmarks.runs.slice(4), sessions.landmarks.runs.slice(0, 2));
  assertEquals(sessions.embed.runs.slice(4), sessions.embed.runs.slice(0, 2));
});

Deno.test("createPipeline() feeds the model files numbers for faces on the border, faces of a pixel and pictures of one", async () => {
  const detect: readonly FakeFace[] = [
    [0.9, -0.3, -0.3, 0.1, 0.2],
    [0.9, 0.9, 0.9, 1.4, 1.5],
    [0.9, 0.5, 0.5, 0.5001, 0.5001],
    [0.9, -1, -1, 2, 2],
  ];
  const sizes = [[1, 1], [1, 400], [400, 1], [64, 48]];
  for (const [width, height] of sizes) {
    const { pipeline, sessions } = fakePipeline({ detect });
    const data = new Uint8Array(width * height * 3).fill(200);
    const { persons } = await pipeline.recognise({ width, height, data }, { embeddings: true });
    assert(persons.length > 0);
    for (const person of persons) personSchema.parse(person);
    const looks = sessions.detect.looks.map(({ data }) => data);
    for (const runs of [looks, sessions.landmarks.runs, sessions.embed.runs]) {
      assert(runs.every((input) => input.every((value) => value >= -1 && value <= 1.01)));
    }
  }
});

Deno.test("createPipeline() measures the time of each part", async () => {
  let nowMs = 0;
  const { pipeline } = fakePipeline({ detect: TWO_FACES }, () => nowMs++);
  const { timings } = await pipeline.recognise(PICTURE, { embeddings: true });
  // One lap of each part for the detector and one more for all its looks, one for either model file
  // of either face, and one
  // more for each person.
  assertEquals(timings, { prepareMs: 5, inferMs: 5, interpretMs: 8 });
});

Deno.test("createPipeline() rethrows the failure of a model file and processes the next picture", async () => {
  const failure = new DmlError("engine_failed", "The model file failed.");
  const answers: { detect: readonly FakeFace[] | Promise<readonly FakeFace[]> } = { detect: Promise.reject(failure) };
  const { pipeline } = fakePipeline(answers);
  assertStrictEquals(
    await assertRejects(() => pipeline.recognise(PICTURE, { embeddings: false }), DmlError),
    failure,
  );
  answers.detect = TWO_FACES;
  assertEquals((await pipeline.recognise(PICTURE, { embeddings: false })).persons.length, 2);
});

Deno.test("createPipeline() refuses a second picture while it looks at one", async () => {
  const first = Promise.withResolvers<readonly FakeFace[]>();
  const { pipeline } = fakePipeline({ detect: first.promise });
  const running = pipeline.recognise(PICTURE, { embeddings: false });
  await assertRejects(() => pipeline.recognise(PICTURE, { embeddings: false }), InvariantError);
  first.resolve(TWO_FACES);
  assertEquals((await running).persons.length, 2);
});

Deno.test("createPipeline() throws engine_failed for a face whose embedding has no direction", async () => {
  const { pipeline } = fakePipeline({ detect: TWO_FACES, embed: {} });
  const nothing = { output: new Float32Array(EMBED.outputs.output) };
  const silent = fakePipeline({ detect: TWO_FACES, embed: nothing }).pipeline;
  const error = await assertRejects(() => silent.recognise(PICTURE, { embeddings: true }), DmlError);
  assertEquals(error.code, "engine_failed");
  assertEquals((await pipeline.recognise(PICTURE, { embeddings: false })).persons.length, 2);
});

Deno.test("createPipeline() throws InvariantError without a picture", async () => {
  const { pipeline } = fakePipeline({});
  await assertRejects(() => pipeline.recognise(null, { embeddings: false }), InvariantError);
});

Deno.test("createPipeline() refuses a faces pipeline without its model files", () => {
  const error = assertThrows(
    () => createPipeline(FACES.manifest, {}, { nowMs: () => 0 }),
    DmlError,
  );
  assertEquals(error.code, "model_invalid");
});

Deno.test("createPipeline() creates the empty pipeline, which needs no picture and finds nobody", async () => {
  const pipeline = createPipeline(EMPTY.manifest, {}, { nowMs: () => 0 });
  assertEquals(pipeline.needsPicture, false);
  await pipeline.warmUp(PICTURE);
  const { persons, timings } = await pipeline.recognise(null, { embeddings: true });
  assertEquals(persons, []);
  assertEquals(timings, { prepareMs: 0, inferMs: 0, interpretMs: 0 });
});
