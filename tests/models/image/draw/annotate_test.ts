import { createAnnotator } from "../../../../models/image/draw/annotate.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { marksOf } from "../../../../models/pipelines/marks.ts";
import { type Person, RECOGNITIONS } from "../../../../protocol/messages/prediction.ts";
import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { difference, makePicture } from "../fixtures.ts";

function person(fields: Partial<Person> = {}): Person {
  return {
    box: { x: 100, y: 60, width: 80, height: 100 },
    score: 0.973,
    landmarks: [[120, 100], [160, 100], [140, 115], [125, 140], [155, 140]].map(([x, y]) => ({ x, y })),
    name: null,
    similarity: null,
    ...fields,
  };
}

function copy(picture: Picture): Picture {
  return { ...picture, data: picture.data.slice() };
}

function pixel({ width, data }: Picture, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

Deno.test("annotate() draws frame, landmarks and label in place, and nothing far from them", async () => {
  const before = makePicture(300, 220);
  const after = copy(before);
  const returned = await createAnnotator(imageAssets).annotate(after, marksOf({ persons: [person()] }));
  assertStrictEquals(returned, after);
  for (const [x, y] of [[100, 60], [179, 159], [100, 120], [140, 115], [104, 55]]) {
    assertNotEquals(pixel(after, x, y), pixel(before, x, y), `${x}, ${y}`);
  }
  for (const [x, y] of [[140, 80], [20, 60], [290, 210], [140, 170]]) {
    assertEquals(pixel(after, x, y), pixel(before, x, y), `${x}, ${y}`);
  }
});

Deno.test("annotate() fits letters and lines to the boxes of a crowd", async () => {
  const boxes = Array.from({ length: 25 }, (_, at) => ({ x: 100 + at % 5 * 280, y: 100 + Math.floor(at / 5) * 280 }));
  const persons = boxes.map(({ x, y }) => person({ box: { x, y, width: 30, height: 40 }, landmarks: [] }));
  const annotator = createAnnotator(imageAssets);
  const [crowd, single, before] = [makePicture(1_500, 1_500), makePicture(1_500, 1_500), makePicture(1_500, 1_500)];
  await annotator.annotate(crowd, marksOf({ persons }));
  await annotator.annotate(single, marksOf({ persons: persons.slice(0, 1) }));
  // Of a single person the label reaches higher above the box, and the frame further into it.
  for (const [x, y] of [[102, 76], [102, 110]]) {
    assertEquals(pixel(crowd, x, y), pixel(before, x, y), `${x}, ${y}`);
    assertNotEquals(pixel(single, x, y), pixel(before, x, y), `${x}, ${y}`);
  }
  for (const { x, y } of boxes) assertNotEquals(pixel(crowd, x, y + 20), pixel(before, x, y + 20));
});

Deno.test("annotate() shows what the gallery says in colours of their own", async () => {
  const annotator = createAnnotator(imageAssets);
  const colours = new Set<string>();
  for (const recognition of RECOGNITIONS) {
    const picture = makePicture(300, 220);
    const name = recognition === "known" ? "Юля" : null;
    await annotator.annotate(picture, marksOf({ persons: [person({ recognition, name, similarity: name && 0.8 })] }));
    colours.add(pixel(picture, 100, 120).join());
  }
  assertEquals(colours.size, RECOGNITIONS.length);
});

Deno.test("annotate() draws a thin frame and no landmarks where there is little to be seen", async () => {
  const [poor, other] = [makePicture(1_500, 1_500), makePicture(1_500, 1_500)];
  const before = copy(poor);
  const annotator = createAnnotator(imageAssets);
  await annotator.annotate(poor, marksOf({ persons: [person({ recognition: "poor_quality" })] }));
  await annotator.annotate(other, marksOf({ persons: [person({ recognition: "unknown" })] }));
  assertEquals(pixel(poor, 102, 100), pixel(before, 102, 100));
  assertNotEquals(pixel(other, 102, 100), pixel(before, 102, 100));
  assertEquals(pixel(poor, 140, 115), pixel(before, 140, 115));
});

Deno.test("annotate() writes letters that stand out from their plate", async () => {
  const annotator = createAnnotator(imageAssets);
  for (const name of [null, "Юля"]) {
    const picture = makePicture(300, 220);
    await annotator.annotate(picture, marksOf({ persons: [person({ name, similarity: name === null ? null : 0.5 })] }));
    const lightness = Array.from({ length: 40 }, (_, at) => {
      const [red, green, blue] = pixel(picture, 102 + at, 53);
      return 0.299 * red + 0.587 * green + 0.114 * blue;
    });
    assert(Math.max(...lightness) - Math.min(...lightness) > 100);
  }
});

Deno.test("annotate() draws in pictures of any size, whatever the persons are", async () => {
  const annotator = createAnnotator(imageAssets);
  const odd = [
    person({ box: { x: -40, y: -40, width: 500, height: 500 } }),
    person({ box: { x: 900, y: 900, width: 1, height: 1 }, name: "x".repeat(200), similarity: -1 }),
    person({ landmarks: new Array(5).fill({ x: -30_000, y: 60_000 }) }),
    person({ name: "\u0000\ud800 漢字 👩‍👩‍👧", similarity: 1 }),
    person({ name: "", similarity: null }),
  ];
  for (const [width, height] of [[1, 1], [3, 200], [200, 3], [64, 48]]) {
    const picture = makePicture(width, height);
    await annotator.annotate(picture, marksOf({ persons: odd }));
    assertEquals(picture.data.length, width * height * 3);
  }
});

Deno.test("annotate() of nobody changes nothing and asks for no font", async () => {
  const picture = makePicture(30, 20);
  const annotator = createAnnotator(() => Promise.reject(new Error("nobody needs this")));
  assertEquals(difference(await annotator.annotate(copy(picture), []), picture), 0);
});
