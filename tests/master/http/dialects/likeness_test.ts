import fc from "fast-check";
import { likelyPeople, likenessOf } from "../../../../master/http/dialects/likeness.ts";
import { DEFAULT_THRESHOLDS } from "../../../../models/gallery/gallery_index.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { personOf } from "./scripted_faces.ts";

Deno.test("likenessOf() is 0.9 at the threshold of a known face and 0.5 at that of an unknown one", () => {
  for (const thresholds of [{ known: 0.45, unknown: 0.38 }, { known: 0.6, unknown: 0.3 }]) {
    assertEquals(likenessOf(thresholds.known, thresholds), 0.9);
    assertEquals(likenessOf(thresholds.unknown, thresholds), 0.5);
  }
  // Two equal thresholds are a step, not a division by zero.
  assertEquals(likenessOf(0.4, { known: 0.4, unknown: 0.4 }), 0.5);
});

Deno.test("likenessOf() grows with the similarity, within 0 to 1", () => {
  const similarity = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(fc.property(similarity, similarity, (one, other) => {
    const [low, high] = [Math.min(one, other), Math.max(one, other)].map((value) => {
      return likenessOf(value, DEFAULT_THRESHOLDS);
    });
    assert(low >= 0 && low <= high && high <= 1);
  }));
});

Deno.test("likelyPeople() gives a known person, candidates with at most 0.5, and nobody for an unknown face", () => {
  const known = personOf({ name: "Ada", similarity: 0.45, recognition: "known" });
  assertEquals(likelyPeople(known, DEFAULT_THRESHOLDS), [{ name: "Ada", likeness: 0.9 }]);
  const candidates = [{ name: "Ada", similarity: 0.8 }, { name: "Eve", similarity: 0.3 }];
  const uncertain = likelyPeople(personOf({ recognition: "uncertain", candidates }), DEFAULT_THRESHOLDS);
  assertEquals(uncertain.map(({ name }) => name), ["Ada", "Eve"]);
  assertEquals(uncertain[0].likeness, 0.5);
  assert(uncertain[1].likeness < 0.1);
  assertEquals(likelyPeople(personOf({ recognition: "unknown" }), DEFAULT_THRESHOLDS), []);
});
