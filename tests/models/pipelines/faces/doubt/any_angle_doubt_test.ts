import { type QuarterTurn, turnedPicture } from "../../../../../models/image/geometry/quarter_turn.ts";
import type { Picture } from "../../../../../models/image/picture.ts";
import type { FaceDoubtParameters } from "../../../../../models/manifest/face_doubt.ts";
import type { FaceGallery, RecogniseOptions } from "../../../../../models/pipelines/pipeline.ts";
import { personSchema } from "../../../../../protocol/messages/prediction.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import type { FakeFace } from "../fake_detector.ts";
import { DOUBT, doubtingPipeline } from "./doubting_pipeline.ts";

const PICTURE: Picture = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(90) };
const TURNS: readonly QuarterTurn[] = [0, 90, 180, 270];
/** In the upright picture on the left; upside down, the false one in the middle, the other right. */
const SURE: FakeFace = [0.9, 0, 0.4, 0.15, 0.6];
const DOUBTFUL: FakeFace = [0.8, 0.25, 0.4, 0.4, 0.6];
const FALSE: FakeFace = [0.72, 0.5, 0.4, 0.65, 0.6];

/** Recognises the picture at any angle; the detector finds one face upright, two upside down. */
async function recognise(options: Partial<RecogniseOptions> = {}) {
  const facesOf = (run: number) => TURNS[run] === 0 ? [SURE] : TURNS[run] === 180 ? [DOUBTFUL, FALSE] : [];
  const { pipeline } = doubtingPipeline(facesOf, DOUBT);
  return await pipeline.recognise(PICTURE, { embeddings: false, anyAngle: true, ...options });
}

Deno.test("a face at any angle is marked as doubtful or left out, and all stay in order from the left", async () => {
  const { persons, notes = [] } = await recognise();
  for (const person of persons) assertEquals(personSchema.parse(person), person);
  assertEquals(persons.map(({ score, doubtful }) => [score, doubtful]), [[0.9, undefined], [0.64, true]]);
  assertEquals(notes.map(({ code }) => code), ["doubtful_left_out"]);
  assert(notes[0].text.startsWith("1 face is left out"), notes[0].text);
});

Deno.test("a request at any angle that wants the doubtful faces gets all of them, in order from the left", async () => {
  const { persons, notes } = await recognise({ keepDoubtful: true });
  assertEquals(persons.map(({ score, doubtful }) => [score, doubtful]), [
    [0.9, undefined],
    [0.5184, true],
    [0.64, true],
  ]);
  assertEquals(notes, undefined);
});

Deno.test("a turned face is doubted as it would be in the turned picture", async () => {
  // Weighs the height in the first look, the ratio of the sides, and where the points lie in the box.
  const numbers = [0.3, 1.5, 2, 0, 0.1, 0.4, 0.2, 3, 0.3, 0.2];
  const doubt: FaceDoubtParameters = { ...DOUBT, bias: -3, numbers, doubtfulBelow: 1, omittedBelow: 0 };
  const scores = new Set<number>();
  for (const [run, turn] of TURNS.entries()) {
    const alone = doubtingPipeline(() => [DOUBTFUL], doubt).pipeline;
    const turning = doubtingPipeline((at) => at === run ? [DOUBTFUL] : [], doubt).pipeline;
    const { persons: [upright] } = await alone.recognise(turnedPicture(PICTURE, turn), { embeddings: false });
    const { persons: [turned] } = await turning.recognise(PICTURE, { embeddings: false, anyAngle: true });
    assertEquals([turned.score, turned.doubtful], [upright.score, true]);
    scores.add(turned.score);
  }
  // In the first look at each turn the face looks the same.
  assertEquals(scores.size, 1);
});

Deno.test("two faces of one name are never doubted, though only the more similar one keeps the name", async () => {
  const galleryOf = (similarities: number[]): FaceGallery => ({
    recognise: () => ({ recognition: "known", name: "Ada", similarity: similarities.shift() ?? 0 }),
  });
  const upright = doubtingPipeline(() => [DOUBTFUL, FALSE], DOUBT).pipeline;
  for (
    const { persons } of [
      await upright.recognise(PICTURE, { embeddings: false, gallery: galleryOf([0.5, 0.7]) }),
      // The upright face and a false one are less similar than the doubtful one.
      await recognise({ gallery: galleryOf([0.5, 0.7, 0.6]) }),
    ]
  ) {
    assertEquals(persons.map(({ doubtful }) => doubtful), persons.map(() => undefined));
    const named = persons.filter(({ name }) => name === "Ada");
    assertEquals(named.map(({ similarity }) => similarity), [0.7]);
    assertEquals(persons.filter(({ recognition }) => recognition === "uncertain").length, persons.length - 1);
  }
});
