import { manifestSchema } from "../../../../../models/manifest.ts";
import { FACES } from "../../../../../models/catalog/faces.ts";
import type { Picture } from "../../../../../models/image/picture.ts";
import type { FaceDoubtParameters } from "../../../../../models/manifest/face_doubt.ts";
import type { FaceGallery } from "../../../../../models/pipelines/pipeline.ts";
import { noteSchema, personSchema } from "../../../../../protocol/messages/prediction.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import type { FakeFace } from "../fake_detector.ts";
import { DOUBT, doubtingPipeline } from "./doubting_pipeline.ts";

const PICTURE: Picture = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(90) };
/** Faces that are 48 pixels of the first look high, and one of 96. */
const SURE: FakeFace = [0.9, 0, 0.4, 0.15, 0.6];
const DOUBTFUL: FakeFace = [0.8, 0.25, 0.4, 0.4, 0.6];
const FALSE: FakeFace = [0.72, 0.5, 0.4, 0.65, 0.6];
const LARGE: FakeFace = [0.71, 0.6, 0.3, 0.95, 0.7];

function pipelineWith(faces: readonly FakeFace[], doubt: FaceDoubtParameters | undefined) {
  return doubtingPipeline(() => faces, doubt);
}

Deno.test("the faces pipeline marks a doubtful face, lowers its score, and leaves out one that is surely false", async () => {
  const { pipeline, embed } = pipelineWith([SURE, DOUBTFUL, FALSE], DOUBT);
  const { persons, notes = [] } = await pipeline.recognise(PICTURE, { embeddings: false });
  for (const person of persons) assertEquals(personSchema.parse(person), person);
  assertEquals(persons.map(({ score, doubtful }) => [score, doubtful]), [[0.9, undefined], [0.64, true]]);
  assertEquals(notes.map((note) => noteSchema.parse(note).code), ["doubtful_left_out"]);
  assert(notes[0].text.startsWith("1 face is left out"), notes[0].text);
  assertEquals(embed.runs.length, 3);
});

Deno.test("the faces pipeline reports what it is asked for of a doubted face, and no more", async () => {
  const { pipeline } = pipelineWith([DOUBTFUL], DOUBT);
  const keysOf = async (options: { embeddings: boolean; quality?: boolean }) => {
    const { persons: [person] } = await pipeline.recognise(PICTURE, options);
    return ["quality", "embedding", "recognition"].filter((key) => key in person);
  };
  assertEquals(await keysOf({ embeddings: false }), []);
  assertEquals(await keysOf({ embeddings: false, quality: true }), ["quality"]);
  assertEquals(await keysOf({ embeddings: true }), ["quality", "embedding"]);
});

Deno.test("the faces pipeline keeps all faces for a request that wants the doubtful ones", async () => {
  const { pipeline } = pipelineWith([SURE, DOUBTFUL, FALSE], DOUBT);
  const { persons, notes } = await pipeline.recognise(PICTURE, { embeddings: false, keepDoubtful: true });
  assertEquals(persons.map(({ score, doubtful }) => [score, doubtful]), [
    [0.9, undefined],
    [0.64, true],
    [0.5184, true],
  ]);
  assertEquals(notes, undefined);
});

Deno.test("the faces pipeline counts all faces that it leaves out in one remark", async () => {
  const { pipeline } = pipelineWith([FALSE, LARGE], { ...DOUBT, omittedBelow: 0.8 });
  const { persons, notes = [] } = await pipeline.recognise(PICTURE, { embeddings: false });
  assertEquals([persons.length, notes.length], [0, 1]);
  assert(notes[0].text.startsWith("2 faces are left out"), notes[0].text);
});

Deno.test("the faces pipeline doubts no small face and embeds none for it", async () => {
  const { pipeline, embed } = pipelineWith([SURE, FALSE, LARGE], { ...DOUBT, heightMin: 60 });
  const { persons } = await pipeline.recognise(PICTURE, { embeddings: false });
  assertEquals(persons.map(({ score, doubtful }) => [score, doubtful]), [[0.9, undefined], [0.72, undefined]]);
  assertEquals(embed.runs.length, 1);
});

Deno.test("the faces pipeline never doubts a face that the gallery knows", async () => {
  const { pipeline } = pipelineWith([DOUBTFUL, FALSE], DOUBT);
  const gallery = (recognition: "known" | "unknown"): FaceGallery => ({
    recognise: () => ({ recognition, name: recognition === "known" ? "Ada" : null, similarity: null }),
  });
  const recognised = async (recognition: "known" | "unknown") => {
    const { persons } = await pipeline.recognise(PICTURE, { embeddings: false, gallery: gallery(recognition) });
    return persons.map(({ score, doubtful }) => [score, doubtful]);
  };
  assertEquals(await recognised("known"), [[0.8, undefined], [0.72, undefined]]);
  assertEquals(await recognised("unknown"), [[0.64, true]]);
});

Deno.test("the faces pipeline doubts nothing if the manifest has no classifier", async () => {
  const { pipeline, embed } = pipelineWith([SURE, DOUBTFUL, FALSE], undefined);
  const { persons } = await pipeline.recognise(PICTURE, { embeddings: false });
  assertEquals(persons.map(({ score, doubtful }) => [score, doubtful]), [
    [0.9, undefined],
    [0.8, undefined],
    [0.72, undefined],
  ]);
  assertEquals(embed.runs.length, 0);
});

Deno.test("the faces pipeline needs every pixel of a picture if it doubts faces, as if it returned embeddings", () => {
  assertEquals(pipelineWith([], DOUBT).pipeline.sufficientSide, undefined);
  assertEquals(pipelineWith([], undefined).pipeline.sufficientSide, 2_560);
});

Deno.test("the manifest has ten numbers, weights for an embedding, and bars in order", () => {
  const isValid = (changes: Partial<FaceDoubtParameters>) => {
    const parameters = { ...FACES.manifest.parameters, doubt: { ...DOUBT, ...changes } };
    return manifestSchema.safeParse({ ...FACES.manifest, parameters }).success;
  };
  assert(isValid({}));
  assert(isValid({ omittedBelow: DOUBT.doubtfulBelow }));
  assert(!isValid({ omittedBelow: 0.9 }));
  assert(!isValid({ numbers: DOUBT.numbers.slice(1) }));
  assert(!isValid({ embedding: [] }));
  assert(!isValid({ bias: NaN }));
});
