import { FACES } from "../../../../models/catalog/faces.ts";
import { intersectionOverUnion } from "../../../../models/image/geometry/geometry.ts";
import { createPipeline } from "../../../../models/pipelines/create_pipeline.ts";
import { EMBED } from "../../../../models/pipelines/faces/embed.ts";
import { LANDMARKS } from "../../../../models/pipelines/faces/landmarks.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { noteSchema } from "../../../../protocol/messages/prediction.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { FakeSession } from "../fake_session.ts";
import { FakeDetector, type FakeFace, type FakeLook } from "./fake_detector.ts";
import { redFaces, redPicture } from "./red_faces.ts";

function fakePipeline(detect: (look: FakeLook) => FakeFace[]) {
  const ones = () => ({ output: new Float32Array(EMBED.outputs.output).fill(1) });
  const sessions = {
    detect: new FakeDetector(detect),
    landmarks: new FakeSession(LANDMARKS, () => ({})),
    embed: new FakeSession(EMBED, ones),
  };
  return { sessions, pipeline: createPipeline(FACES.manifest, sessions, { nowMs: () => 0 }) };
}

Deno.test("recognise() at any angle looks at every turn, and gives embeddings and quality only if requested", async () => {
  const picture = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(90) };
  // In the left upper corner of each turn: another corner of the picture.
  const { pipeline, sessions } = fakePipeline(() => [[0.9, 0.3, 0.1, 0.5, 0.4]]);
  const { persons, notes } = await pipeline.recognise(picture, { embeddings: false, anyAngle: true });
  assertEquals([sessions.detect.looks.length, persons.length, notes], [4, 4, undefined]);
  for (const person of persons) assert(!("embedding" in person) && !("quality" in person));
  const centres = persons.map(({ box }) => box.x + box.width / 2);
  assertEquals(centres, centres.toSorted((one, other) => one - other));
  const { persons: [first] } = await pipeline.recognise(picture, { embeddings: true, anyAngle: true });
  assertEquals([first.embedding?.length, first.quality !== undefined], [512, true]);
});

Deno.test("recognise() at any angle takes no more looks than at one, keeps some for each turn, and says so", async () => {
  // Something faint everywhere, at every scale.
  const faint = ({ width, height }: FakeLook): FakeFace[] =>
    Array.from({ length: 48 }, (_, at) => {
      const [x, y] = [(at % 8 + 0.5) / 8, (Math.floor(at / 8) + 0.5) / 6];
      return [0.5, x, y, x + 8 / width, y + 8 / height];
    });
  const { pipeline, sessions } = fakePipeline(faint);
  const [width, height] = [3_000, 2_000];
  // A quarter of the picture is darker: its place in the first look of a turn shows the turn.
  const data = new Uint8Array(width * height * 3).fill(200);
  for (let y = 0; y < height / 2; y++) data.fill(20, y * width * 3, y * width * 3 + width / 2 * 3);
  const { notes = [] } = await pipeline.recognise({ width, height, data }, { embeddings: false, anyAngle: true });
  assertEquals(sessions.detect.looks.length, LIMITS.detectorRunsMax);
  assertEquals(notes.map((note) => noteSchema.parse(note).code), ["not_searched_finely"]);
  const first = sessions.detect.looks.filter((look) => look.width === 320 && look.height === 240);
  const darkCorners = first.map(({ width, height, data }) =>
    [[-1, -1], [1, -1], [1, 1], [-1, 1]].findIndex(([right, down]) =>
      data[Math.round(height / 2 + down * height / 6) * width + Math.round(width / 2 + right * width / 6)] < 0
    )
  );
  assertEquals(darkCorners, [0, 1, 2, 3]);
});

Deno.test("recognise() at any angle looks for small faces everywhere at each turn, and places them right", async () => {
  const size = { width: 1_920, height: 1_280 };
  const box = { x: 1_301, y: 777, width: 20, height: 20 };
  const { pipeline, sessions } = fakePipeline(redFaces);
  const picture = redPicture(size, [box]);
  const options = { embeddings: false, anyAngle: true };
  assertEquals((await pipeline.recognise(picture, options)).persons, []);
  assertEquals(sessions.detect.looks.length, 4);
  const { persons, notes } = await pipeline.recognise(picture, { ...options, smallFaces: true });
  assertEquals([persons.length, notes], [1, undefined]);
  assert(intersectionOverUnion(persons[0].box, box) > 0.5);
  // Each turn takes the look at all of it, and those of the plan, as the upright one alone does.
  assertEquals(sessions.detect.looks.length - 4, 4 * 7);
});

Deno.test("recognise() at any angle keeps to the runs of each turn when it looks for small faces everywhere", async () => {
  const { pipeline, sessions } = fakePipeline(() => []);
  const picture = redPicture({ width: 6_000, height: 4_000 }, []);
  const { notes = [] } = await pipeline.recognise(picture, { embeddings: false, anyAngle: true, smallFaces: true });
  const { looks } = sessions.detect;
  assert(looks.length <= LIMITS.detectorRunsMax);
  const starts = looks.flatMap(({ width, height }, at) => width === 320 && height === 240 ? [at] : []);
  const runs = starts.map((start, at) => (starts[at + 1] ?? looks.length) - start);
  assertEquals(runs.length, 4);
  assert(runs.every((count) => count > 1), `${runs}`);
  assertEquals(notes.map(({ code }) => code), ["not_searched_finely"]);
});
