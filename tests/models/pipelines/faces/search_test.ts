import { FACES } from "../../../../models/catalog/faces.ts";
import { type Box, intersectionOverUnion, type Size } from "../../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import type { FacesParameters } from "../../../../models/manifest/faces.ts";
import { decodingDetectSignature } from "../../../../models/pipelines/faces/detect.ts";
import { Detector } from "../../../../models/pipelines/faces/detector.ts";
import { FaceSearch, type SearchResult } from "../../../../models/pipelines/faces/search.ts";
import { Stopwatch } from "../../../../models/pipelines/stopwatch.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { noteSchema } from "../../../../protocol/messages/prediction.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { FakeSession } from "../fake_session.ts";
import { FakeDetector, type FakeFace, type FakeLook } from "./fake_detector.ts";
import { redFaces, redPicture } from "./red_faces.ts";

const PARAMETERS = FACES.manifest.parameters as FacesParameters;
const COARSE = PARAMETERS.search?.coarse ?? null;

async function search(
  picture: Picture,
  answer: (look: FakeLook) => FakeFace[] = redFaces,
  { smallFaces = false, parameters = PARAMETERS } = {},
): Promise<SearchResult & { looks: readonly Size[] }> {
  const session = new FakeDetector(answer);
  const detector = new Detector({ detect: session }, { coarse: COARSE });
  const watch = new Stopwatch(() => 0);
  const found = await new FaceSearch(detector, { parameters, picture, watch, smallFaces }).find();
  for (const note of found.notes) noteSchema.parse(note);
  return { ...found, looks: session.looks.map(({ width, height }) => ({ width, height })) };
}

/** Boxes of this height in a grid over the picture. */
function gridOf({ width, height }: Size, options: { columns: number; rows: number; side: number }): Box[] {
  const { columns, rows, side } = options;
  return Array.from({ length: columns * rows }, (_, at) => ({
    x: Math.round((at % columns + 0.5) * width / columns - side / 2),
    y: Math.round((Math.floor(at / columns) + 0.5) * height / rows - side / 2),
    width: side,
    height: side,
  }));
}

function assertFound({ faces }: SearchResult, boxes: readonly Box[]): void {
  assertEquals(faces.length, boxes.length);
  for (const box of boxes) {
    assert(faces.some((face) => intersectionOverUnion(face.box, box) > 0.5), `not found: ${JSON.stringify(box)}`);
  }
}

Deno.test("find() looks once at a picture of large faces, and at one of nobody", async () => {
  const size = { width: 1_280, height: 960 };
  const boxes = gridOf(size, { columns: 2, rows: 2, side: 200 });
  const found = await search(redPicture(size, boxes));
  assertFound(found, boxes);
  assertEquals([found.looks, found.notes], [[{ width: 320, height: 240 }], []]);
  assertEquals((await search(redPicture(size, []))).looks.length, 1);
});

Deno.test("find() looks again at a larger scale where faces are small", async () => {
  const size = { width: 1_280, height: 850 };
  const boxes = gridOf(size, { columns: 4, rows: 3, side: 60 });
  const found = await search(redPicture(size, boxes));
  assertFound(found, boxes);
  assertEquals(found.looks, [{ width: 320, height: 240 }, { width: 640, height: 448 }]);
});

Deno.test("find() goes on in parts of the picture until the faces are large enough", async () => {
  const size = { width: 2_560, height: 1_920 };
  const boxes = [...gridOf({ width: 500, height: 400 }, { columns: 3, rows: 3, side: 40 }), {
    x: 1_500,
    y: 1_000,
    width: 500,
    height: 600,
  }];
  const found = await search(redPicture(size, boxes));
  assertFound(found, boxes);
  // One look at all of it coarse, one fine, one at a corner.
  assertEquals(found.looks, [{ width: 320, height: 240 }, { width: 640, height: 512 }, { width: 640, height: 512 }]);
});

Deno.test("find() looks everywhere at the next scale when the picture shows a crowd", async () => {
  const size = { width: 2_560, height: 1_920 };
  // The last is too small to be noticed before.
  const boxes = [...gridOf({ width: 1_200, height: 900 }, { columns: 4, rows: 3, side: 56 }), {
    x: 2_400,
    y: 1_800,
    width: 28,
    height: 28,
  }];
  assertFound(await search(redPicture(size, boxes)), boxes);
});

Deno.test("find() looks at wide and tall pictures in tiles, and reports faces on their borders once", async () => {
  for (const [width, height] of [[4_000, 500], [500, 4_000]]) {
    const isWide = width > height;
    const boxes = Array.from({ length: 8 }, (_, at): Box => {
      const along = 200 + at * 480;
      return { x: isWide ? along : 150, y: isWide ? 150 : along, width: 160, height: 160 };
    });
    const found = await search(redPicture({ width, height }, boxes));
    assertFound(found, boxes);
    assert(found.looks.length >= 4 && found.looks.every((look) => look.width === 320 && look.height === 240));
  }
});

Deno.test("find() gives every picture a bounded number of looks, whatever its shape, and says what it left out", async () => {
  // Something faint at every scale.
  const faint = ({ width, height }: FakeLook): FakeFace[] =>
    gridOf({ width, height }, { columns: 8, rows: 6, side: 8 })
      .map(({ x, y }) => [0.5, x / width, y / height, (x + 8) / width, (y + 8) / height]);
  for (const [width, height] of [[6_000, 4_000], [9_000, 30], [30, 9_000], [9_000, 1_000]]) {
    const picture = { width, height, data: new Uint8Array(width * height * 3) };
    const { looks, notes } = await search(picture, faint);
    assert(looks.length <= LIMITS.detectorRunsMax, `${looks.length} looks at ${width}x${height}`);
    assert(looks.every((look) => Math.max(look.width, look.height) <= 640 && look.height % 16 === 0));
    if (height >= 1_000 && width >= 1_000) assertEquals(notes.map(({ code }) => code), ["not_searched_finely"]);
  }
});

Deno.test("find() takes as many looks as it may, and says how many it took", async () => {
  const size = { width: 6_000, height: 4_000 };
  const boxes = gridOf(size, { columns: 30, rows: 20, side: 60 });
  const session = new FakeDetector(redFaces);
  const options = { parameters: PARAMETERS, picture: redPicture(size, boxes), watch: new Stopwatch(() => 0) };
  const { runs, notes } = await new FaceSearch(new Detector({ detect: session }, { coarse: COARSE }), {
    ...options,
    runsMax: 8,
  }).find();
  assertEquals([runs, session.looks.length], [8, 8]);
  assertEquals(notes.map(({ code }) => code), ["not_searched_finely"]);
});

Deno.test("find() does not go on at scales that show no more", async () => {
  const found = await search(redPicture({ width: 160, height: 120 }, [{ x: 70, y: 50, width: 6, height: 6 }]));
  assertEquals(found.looks.length, 2);
});

Deno.test("find() reports the surest of more persons than are reported, and says so", async () => {
  const [columns, rows] = [50, 30];
  const crowd = ({ width, height }: FakeLook): FakeFace[] =>
    width > 320 ? [] : gridOf({ width, height }, { columns, rows, side: 5 })
      .map(({ x, y }, at) => [at < 1_000 ? 0.9 : 0.8, x / width, y / height, (x + 5) / width, (y + 5) / height]);
  const picture = { width: 640, height: 480, data: new Uint8Array(640 * 480 * 3) };
  const { faces, notes } = await search(picture, crowd);
  assertEquals(faces.length, LIMITS.personsMax);
  assert(faces.every(({ score }) => score > 0.85));
  assertEquals(notes.map(({ code }) => code), ["persons_limited"]);
});

Deno.test("find() finds a single small face that leaves no trace, if small faces are asked for", async () => {
  const size = { width: 1_920, height: 1_280 };
  const boxes = [{ x: 1_301, y: 777, width: 20, height: 20 }, { x: 300, y: 300, width: 300, height: 300 }];
  const picture = redPicture(size, boxes);
  assertFound(await search(picture), boxes.slice(1));
  const { looks, notes, ...found } = await search(picture, redFaces, { smallFaces: true });
  assertFound({ ...found, notes }, boxes);
  assertEquals([looks.length, notes], [7, []]);
  const { everywhere: _, ...plan } = PARAMETERS.search!;
  const parameters = { ...PARAMETERS, search: plan };
  assertFound(await search(picture, redFaces, { smallFaces: true, parameters }), boxes.slice(1));
});

Deno.test("find() asks for a higher score, and for a small height, of what only looks everywhere show", async () => {
  const picture = redPicture({ width: 640, height: 480 }, []);
  const seen = (score: number, side: number) => ({ width, height }: FakeLook): FakeFace[] =>
    width === 320 ? [] : [[score, 0.4, 0.4, 0.4 + side / width, 0.4 + side / height]];
  const smallFaces = { smallFaces: true };
  assertEquals((await search(picture, seen(0.89, 40), smallFaces)).faces, []);
  assertEquals((await search(picture, seen(0.95, 110), smallFaces)).faces, []);
  assertEquals((await search(picture, seen(0.95, 40), smallFaces)).faces.length, 1);
});

Deno.test("find() says at which scale it looked everywhere if the runs do not suffice for all detail", async () => {
  const { looks, notes } = await search(redPicture({ width: 12_000, height: 9_000 }, []), () => [], {
    smallFaces: true,
  });
  assert(looks.length <= LIMITS.detectorRunsMax);
  assertEquals(notes.map(({ code }) => code), ["not_searched_finely"]);
  assert(/^Small faces were looked for at [5-9]\d % of the picture's size: /.test(notes[0].text), notes[0].text);
});

Deno.test("find() looks once with a detector that decodes its boxes itself", async () => {
  const form = decodingDetectSignature();
  const scores = new Float32Array(form.outputs.scores), boxes = new Float32Array(form.outputs.boxes);
  scores.set([0.1, 0.9], 10);
  boxes.set([0.25, 0.25, 0.5, 0.5], 20);
  const session = new FakeSession(form, () => ({ scores, boxes }));
  const { scoreMin, overlapMax } = PARAMETERS;
  const detector = new Detector({ detect: session }, { coarse: null });
  const picture = redPicture({ width: 320, height: 240 }, []);
  const options = { parameters: { scoreMin, overlapMax }, picture, watch: new Stopwatch(() => 0) };
  const { faces } = await new FaceSearch(detector, options).find();
  assertEquals(faces.map(({ box }) => box), [{ x: 80, y: 60, width: 80, height: 60 }]);
  assertEquals(session.runs.length, 1);
});
