import fc from "fast-check";
import { personOf } from "../../../../models/pipelines/faces/person.ts";
import { personSchema } from "../../../../protocol/messages/prediction.ts";
import { assert, assertEquals } from "../../../assert.ts";

const PICTURE = { width: 200, height: 100 };
const LANDMARKS = Array.from({ length: 5 }, (_, index) => ({ x: 10.06 * index, y: -0.01 }));

Deno.test("personOf() clips every box to its picture, at least a pixel wide and high", () => {
  const side = fc.integer({ min: 1, max: 30_000 });
  const share = fc.double({ min: -1, max: 2, noNaN: true });
  fc.assert(fc.property(side, side, share, share, share, share, (width, height, x, y, w, h) => {
    const person = personOf({
      box: {
        x: x * width,
        y: y * height,
        width: Math.abs(w) * width,
        height: Math.abs(h) * height,
      },
      score: 1,
    }, { landmarks: LANDMARKS, embedding: null, picture: { width, height } });
    personSchema.parse(person);
    const { box } = person;
    assert(box.x >= 0 && box.width >= 1 && box.x + box.width <= width);
    assert(box.y >= 0 && box.height >= 1 && box.y + box.height <= height);
  }));
});

Deno.test("personOf() rounds a box inside the picture to the nearest pixels", () => {
  const face = { box: { x: 10.4, y: 20.6, width: 30.3, height: 39.9 }, score: 0.98765432 };
  const person = personOf(face, { landmarks: LANDMARKS, embedding: null, picture: PICTURE });
  assertEquals(person.box, { x: 10, y: 21, width: 31, height: 40 });
  assertEquals(person.score, 0.9877);
  assertEquals(person.landmarks[1], { x: 10.1, y: 0 });
});

Deno.test("personOf() sets no name, and an embedding only if there is one", () => {
  const face = { box: { x: 0, y: 0, width: 10, height: 10 }, score: 0.9 };
  const embedding = Float32Array.of(0.6, -0.8, 0);
  const without = personOf(face, { landmarks: LANDMARKS, embedding: null, picture: PICTURE });
  assertEquals([without.name, without.similarity, "embedding" in without], [null, null, false]);
  const given = personOf(face, { landmarks: LANDMARKS, embedding, picture: PICTURE });
  assertEquals(given.embedding, [0.6, -0.8, 0]);
  assertEquals(personSchema.parse(given), given);
});

Deno.test("personOf() survives JSON unchanged", () => {
  const face = { box: { x: -0.2, y: -0.2, width: 10, height: 10 }, score: 0.9 };
  const embedding = Float32Array.of(-1e-9, 1 / 3, 2 / 3);
  const person = personOf(face, { landmarks: LANDMARKS, embedding, picture: PICTURE });
  assertEquals(JSON.parse(JSON.stringify(person)), person);
});
