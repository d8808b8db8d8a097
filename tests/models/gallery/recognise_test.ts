import fc from "fast-check";
import { DEFAULT_THRESHOLDS, type GalleryThresholds } from "../../../models/gallery/gallery_index.ts";
import { recognise } from "../../../models/gallery/recognise.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assert, assertEquals } from "../../assert.ts";

const step = fc.integer({ min: -10, max: 10 }).map((tenths) => tenths / 10);
const thresholds: fc.Arbitrary<GalleryThresholds> = fc.record({
  known: step,
  unknown: step,
  marginMin: fc.constantFrom(0, 0.1, 0.2),
  eyeDistanceMin: fc.constantFrom(0, 20),
  sharpnessMin: fc.constantFrom(0, 30),
});
const quality = fc.record({ eyeDistance: fc.constantFrom(0, 20, 40), sharpness: fc.constantFrom(0, 30, 60) });
const nearest = fc.array(fc.record({ name: fc.constantFrom("Ada", "Bo"), similarity: step }), { maxLength: 8 })
  .map((people) => people.sort((one, other) => other.similarity - one.similarity));
const GOOD = { eyeDistance: 100, sharpness: 1_000 };

Deno.test("recognise() returns one result, for one reason", () => {
  fc.assert(
    fc.property(nearest, quality, thresholds, (people, seen, limits) => {
      const said = recognise(people, { quality: seen, thresholds: limits });
      const [best, second] = people;
      const isPoor = seen.eyeDistance < limits.eyeDistanceMin || seen.sharpness < limits.sharpnessMin;
      assertEquals(said.recognition === "poor_quality", isPoor);
      if (isPoor) return;
      const isNear = best !== undefined && best.similarity >= limits.known;
      const isClear = second === undefined || best.similarity - second.similarity >= limits.marginMin;
      assertEquals(said.recognition === "known", isNear && isClear);
      if (isNear && isClear) return;
      const isFar = best === undefined || best.similarity < limits.unknown;
      assertEquals(said.recognition, isFar ? "unknown" : "uncertain");
    }),
    { numRuns: 500 },
  );
});

Deno.test("recognise() returns a name only if known, and candidates only if uncertain", () => {
  fc.assert(
    fc.property(nearest, quality, thresholds, (people, seen, limits) => {
      const { recognition, name, similarity, candidates } = recognise(people, { quality: seen, thresholds: limits });
      assertEquals(name, recognition === "known" ? people[0].name : null);
      assertEquals(similarity, recognition === "known" ? people[0].similarity : null);
      if (recognition !== "uncertain") return assertEquals(candidates, undefined);
      const expected = people.filter((person) => person.similarity >= limits.unknown).slice(0, LIMITS.candidatesMax);
      assertEquals(candidates, expected);
      assert(expected.length > 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("recognise() never becomes more certain when thresholds rise", () => {
  const sureness = ["unknown", "uncertain", "known"];
  fc.assert(fc.property(nearest, thresholds, fc.constantFrom(0, 0.1, 0.5), (people, limits, more) => {
    const ordered = { ...limits, unknown: Math.min(limits.unknown, limits.known), eyeDistanceMin: 0, sharpnessMin: 0 };
    const stricter = { ...ordered, known: ordered.known + more, marginMin: ordered.marginMin + more };
    const sure = (at: GalleryThresholds) =>
      sureness.indexOf(recognise(people, { quality: GOOD, thresholds: at }).recognition);
    assert(sure(stricter) <= sure(ordered));
  }));
});

Deno.test("recognise() with the defaults: a friend, a stranger, twins, and a face in between", () => {
  const say = (...similarities: number[]) =>
    recognise(similarities.map((similarity, index) => ({ name: "ABC"[index], similarity })), {
      quality: GOOD,
      thresholds: DEFAULT_THRESHOLDS,
    });
  assertEquals(say(0.62, 0.2), { recognition: "known", name: "A", similarity: 0.62 });
  assertEquals(say(0.3, 0.2), { recognition: "unknown", name: null, similarity: null });
  assertEquals(say(), { recognition: "unknown", name: null, similarity: null });
  assertEquals(say(0.62, 0.6, 0.2).candidates, [{ name: "A", similarity: 0.62 }, { name: "B", similarity: 0.6 }]);
  assertEquals(say(0.42, 0.2).candidates, [{ name: "A", similarity: 0.42 }]);
});
