import { labelOf, marksOf } from "../../../models/pipelines/marks.ts";
import type { Person } from "../../../protocol/messages/prediction.ts";
import { assertEquals } from "../../assert.ts";

const BOX = { x: 1, y: 2, width: 30, height: 40 };

function person(fields: Partial<Person> = {}): Person {
  const landmarks = Array.from({ length: 5 }, (_, at) => ({ x: at, y: at }));
  return { box: BOX, score: 0.973, landmarks, name: null, similarity: null, ...fields };
}

Deno.test("labelOf() shows the gallery's recognition, or the score of the detector", () => {
  const candidates = [{ name: "Zoë", similarity: 0.43 }, { name: "Ann", similarity: 0.42 }];
  const table: [Partial<Person>, string][] = [
    [{ name: "Zoë Müller", similarity: 0.6249, recognition: "known" }, "Zoë Müller 0.62"],
    [{ recognition: "uncertain", candidates }, "Zoë?"],
    [{ recognition: "uncertain" }, "uncertain"],
    [{ recognition: "unknown" }, "unknown"],
    [{ recognition: "poor_quality" }, "poor quality"],
    [{}, "person 97%"],
    [{ doubtful: true, score: 0.214 }, "not human? 21%"],
    [{ doubtful: true, recognition: "unknown", score: 0.214 }, "not human? 21%"],
  ];
  for (const [fields, label] of table) assertEquals(labelOf(person(fields)), label);
});

Deno.test("labelOf() shows attributes of the face, and its liveness only if it is a spoof", () => {
  const attributes = {
    age: 34.4,
    gender: { label: "female", score: 0.9 },
    expression: { label: "happy", score: 0.8 },
    liveness: { label: "live", score: 0.99 },
  };
  assertEquals(labelOf(person({ attributes })), "person 97% female 34 happy");
  const spoof = { liveness: { label: "spoof", score: 0.99 } };
  assertEquals(labelOf(person({ attributes: spoof })), "person 97% spoof");
  assertEquals(labelOf(person({ attributes: {} })), "person 97%");
});

Deno.test("marksOf() marks persons with landmarks, objects with boxes, and the picture with its best classes", () => {
  const anna = person({ name: "Anna", similarity: 0.7 });
  const labels = Array.from({ length: 8 }, (_, index) => ({ label: `kind ${index}`, index, score: 0.5 - index / 100 }));
  const objects = [{ box: BOX, label: "dog", index: 16, score: 0.874 }];
  const marks = marksOf({ persons: [anna], objects, labels });
  assertEquals(marks.slice(0, 3), [
    { box: BOX, points: anna.landmarks, label: "Anna 0.70", tone: "known" },
    { box: BOX, label: "dog 87%", tone: "found" },
    { box: null, label: "kind 0 50%", tone: "found" },
  ]);
  assertEquals(marks.length, 7);
  const numbered = marksOf({ persons: [anna, person()] });
  assertEquals(numbered.map(({ label }) => label), ["1: Anna 0.70", "2: person 97%"]);
  const [logit] = marksOf({ persons: [], labels: [{ label: "cat", index: 0, score: 12.3456 }] });
  assertEquals(logit.label, "cat 12.3");
});
