import fc from "fast-check";
import { intersectionOverUnion } from "../../../../models/image/geometry/geometry.ts";
import { type Scored, suppressOverlaps } from "../../../../models/pipelines/detect/nms.ts";
import { assertEquals } from "../../../assert.ts";

const candidate: fc.Arbitrary<Scored> = fc.record({
  box: fc.record({
    x: fc.integer({ min: -20, max: 20 }),
    y: fc.integer({ min: -20, max: 20 }),
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 20 }),
  }),
  score: fc.constantFrom(0.1, 0.2, 0.3, 0.4, 0.5),
});
const candidates = fc.array(candidate, { maxLength: 25 });
const overlap = fc.constantFrom(0, 0.2, 0.4, 0.9, 1);

/**
 * Suppresses by the definition: keep the best remaining candidate, remove all that overlap it,
 * repeat until none remains.
 */
function byDefinition(all: readonly Scored[], overlapMax: number): Scored[] {
  const left = [...all];
  const kept: Scored[] = [];
  while (left.length > 0) {
    let best = 0;
    left.forEach((other, index) => {
      if (other.score > left[best].score) best = index;
    });
    const [winner] = left.splice(best, 1);
    kept.push(winner);
    const rest = left.filter(({ box }) => intersectionOverUnion(winner.box, box) <= overlapMax);
    left.splice(0, left.length, ...rest);
  }
  return kept;
}

Deno.test("suppressOverlaps() keeps what the definition keeps, in its order", () => {
  fc.assert(fc.property(candidates, overlap, (all, overlapMax) => {
    assertEquals(
      suppressOverlaps(all, { overlapMax, countMax: Infinity }),
      byDefinition(all, overlapMax),
    );
  }));
});

Deno.test("suppressOverlaps() stops at the requested count, with the same ones first", () => {
  fc.assert(fc.property(candidates, overlap, fc.nat(10), (all, overlapMax, countMax) => {
    assertEquals(
      suppressOverlaps(all, { overlapMax, countMax }),
      byDefinition(all, overlapMax).slice(0, countMax),
    );
  }));
});

Deno.test("suppressOverlaps() does not change its input", () => {
  fc.assert(fc.property(candidates, (all) => {
    const before = structuredClone(all);
    suppressOverlaps(all, { overlapMax: 0.4, countMax: 3 });
    assertEquals(all, before);
  }));
});
