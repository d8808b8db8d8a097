import { narrowed } from "../../../models/pipelines/narrowed.ts";
import type { Person } from "../../../protocol/messages/prediction.ts";
import { assertEquals, assertStrictEquals } from "../../assert.ts";

function personAt(x: number, { size, score }: { size: number; score: number }): Person {
  const point = { x, y: 0 };
  return {
    box: { x, y: 0, width: size, height: size },
    score,
    landmarks: [point, point, point, point, point],
    name: null,
    similarity: null,
  };
}

const PERSONS = [
  personAt(0, { size: 20, score: 0.9 }),
  personAt(100, { size: 60, score: 0.75 }),
  personAt(200, { size: 40, score: 0.99 }),
];
const OBJECTS = PERSONS.map(({ box, score }, index) => ({ box, score, label: "cup", index }));
const LABELS = [0.9, 0.5, 0.1].map((score, index) => ({ label: `class ${index}`, index, score }));
const FOUND = { persons: PERSONS, objects: OBJECTS, labels: LABELS };

Deno.test("narrowed() returns everything if there are no bounds", () => {
  assertStrictEquals(narrowed(FOUND, {}), FOUND);
});

Deno.test("narrowed() keeps what is sure enough", () => {
  const { persons, objects, labels } = narrowed(FOUND, { scoreMin: 0.8 });
  assertEquals(persons, [PERSONS[0], PERSONS[2]]);
  assertEquals(objects, [OBJECTS[0], OBJECTS[2]]);
  assertEquals(labels, [LABELS[0]]);
});

Deno.test("narrowed() keeps the largest faces and objects, in their order", () => {
  const { persons, objects, labels } = narrowed(FOUND, { foundMax: 2 });
  assertEquals(persons, [PERSONS[1], PERSONS[2]]);
  assertEquals(objects, [OBJECTS[1], OBJECTS[2]]);
  assertEquals(labels, LABELS);
});

Deno.test("narrowed() keeps faces that are high enough, and the best classes", () => {
  const { persons, objects, labels } = narrowed(FOUND, { faceHeightMin: 40, classesMax: 2 });
  assertEquals(persons, [PERSONS[1], PERSONS[2]]);
  assertEquals([objects?.length, labels?.length], [3, 2]);
});

Deno.test("narrowed() adds no findings of another task", () => {
  assertEquals(narrowed({ persons: PERSONS }, { foundMax: 1 }), { persons: [PERSONS[1]] });
});
