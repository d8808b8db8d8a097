import fc from "fast-check";
import { nameOnce } from "../../../../models/pipelines/faces/name_once.ts";
import { type Person, personSchema } from "../../../../protocol/messages/prediction.ts";
import { assert, assertEquals } from "../../../assert.ts";

const box = { x: 0, y: 0, width: 10, height: 10 };
const landmarks = Array.from({ length: 5 }, () => ({ x: 1, y: 1 }));
const FACE = { box, landmarks, score: 0.9, name: null, similarity: null } as const;

function known(name: string, similarity: number): Person {
  return { ...FACE, name, similarity, recognition: "known" };
}

const UNCERTAIN: Person = { ...FACE, recognition: "uncertain", candidates: [{ name: "Ada", similarity: 0.4 }] };
const person: fc.Arbitrary<Person> = fc.oneof(
  fc.tuple(fc.constantFrom("Ada", "Bo", "Cy"), fc.integer({ min: 45, max: 50 }))
    .map(([name, hundredths]) => known(name, hundredths / 100)),
  fc.constantFrom<Person>(
    UNCERTAIN,
    { ...FACE, recognition: "unknown" },
    { ...FACE, recognition: "poor_quality" },
    FACE,
  ),
);

Deno.test("nameOnce() lets the most similar face keep the name, and makes a candidate of it for the others", () => {
  const [far, near, equal] = [known("Ada", 0.5), known("Ada", 0.8), known("Ada", 0.8)];
  const second = (similarity: number): Person => ({
    ...FACE,
    recognition: "uncertain",
    candidates: [{ name: "Ada", similarity }],
  });
  assertEquals(nameOnce([far, known("Bo", 0.6), near, equal]), [second(0.5), known("Bo", 0.6), near, second(0.8)]);
});

Deno.test("nameOnce() names everybody who was named, once, and leaves every other face as it was", () => {
  fc.assert(fc.property(fc.array(person, { maxLength: 12 }), (persons) => {
    const found = nameOnce(persons);
    const names = found.flatMap(({ name }) => name ?? []);
    assertEquals(new Set(names), new Set(persons.flatMap(({ name }) => name ?? [])));
    assertEquals(new Set(names).size, names.length);
    assertEquals(found.length, persons.length);
    found.forEach((face, index) => {
      personSchema.parse(face);
      const before = persons[index];
      if (face === before) return;
      assert(before.recognition === "known" && face.recognition === "uncertain" && face.name === null);
      assertEquals(face.candidates, [{ name: before.name, similarity: before.similarity }]);
      const kept = found.find(({ name }) => name === before.name);
      assert(kept !== undefined && kept.similarity! >= before.similarity!);
    });
    assertEquals(nameOnce(found), found, "there is nothing left to do");
  }));
});
