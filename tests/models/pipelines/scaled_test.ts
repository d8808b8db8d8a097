import { scaledMark, scaledPerson } from "../../../models/pipelines/scaled.ts";
import { assertEquals } from "../../assert.ts";

const sizes = { from: { width: 51, height: 100 }, to: { width: 101, height: 200 } };
const box = { x: 10, y: 20, width: 41, height: 80 };

Deno.test("scaledPerson() gives whole pixels within the other size", () => {
  const person = { box, landmarks: [{ x: 51, y: 50.3 }], score: 0.5, name: null, similarity: null };
  assertEquals(scaledPerson(person, sizes), {
    ...person,
    box: { x: 20, y: 40, width: 81, height: 160 },
    landmarks: [{ x: 101, y: 100.6 }],
  });
});

Deno.test("scaledMark() scales boxes and points, and leaves a mark of the whole picture", () => {
  const mark = { box, label: "person", tone: "found", points: [{ x: 51, y: 1 }] } as const;
  const { box: scaled, points } = scaledMark(mark, sizes);
  assertEquals([scaled?.height, points], [160, [{ x: 101, y: 2 }]]);
  const whole = { box: null, label: "cat", tone: "found" } as const;
  assertEquals(scaledMark(whole, sizes), whole);
});
