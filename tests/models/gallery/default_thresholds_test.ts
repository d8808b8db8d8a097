import fc from "fast-check";
import {
  defaultThresholds,
  KNOWN_MAX,
  lookalikeSimilarity,
  rateOfSimilarity,
  similarityOfRate,
} from "../../../models/gallery/default_thresholds.ts";
import { DEFAULT_THRESHOLDS, galleryThresholdsSchema } from "../../../models/gallery/gallery_index.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../assert.ts";

const FACES_MAX = LIMITS.galleryPeopleMax * LIMITS.galleryFacesPerPersonMax;
/** Numbers of faces of every order of magnitude. */
const faces = fc.integer({ min: 0, max: 24 }).chain((power) =>
  fc.integer({ min: 0, max: Math.min(FACES_MAX, 2 ** power) })
);

/** The false accept rates of 856,493 pairs of strangers. */
const MEASURED = [[0.415, 1e-4], [0.449, 3e-5], [0.475, 1e-5], [0.501, 5e-6]] as const;

Deno.test("similarityOfRate() is the line through what was measured, within 0.005", () => {
  for (const [similarity, rate] of MEASURED) assertAlmostEquals(similarityOfRate(rate), similarity, 0.005);
});

Deno.test("similarityOfRate() falls by the same step with every power of ten", () => {
  fc.assert(fc.property(fc.double({ min: 1e-12, max: 0.1, noNaN: true }), (rate) => {
    assertAlmostEquals(similarityOfRate(rate) - similarityOfRate(10 * rate), 0.0647, 1e-9);
  }));
});

Deno.test("rateOfSimilarity() is the inverse of similarityOfRate()", () => {
  fc.assert(fc.property(fc.double({ min: 1e-12, max: 0.1, noNaN: true }), (rate) => {
    assertAlmostEquals(rateOfSimilarity(similarityOfRate(rate)) / rate, 1, 1e-9);
  }));
});

Deno.test("defaultThresholds() rise with the faces, from those of a small gallery to the highest, and stay valid", () => {
  fc.assert(fc.property(faces, faces, (one, other) => {
    const [few, many] = [defaultThresholds(Math.min(one, other)), defaultThresholds(Math.max(one, other))];
    assert(few.known <= many.known && few.unknown <= many.unknown);
    for (const found of [few, many]) {
      assert(found.known >= DEFAULT_THRESHOLDS.known && found.known <= KNOWN_MAX);
      assert(found.unknown >= DEFAULT_THRESHOLDS.unknown && found.unknown < found.known);
      galleryThresholdsSchema.parse({ ...DEFAULT_THRESHOLDS, ...found });
    }
  }));
});

Deno.test("defaultThresholds() rise by no more than a thousandth and the faces' share of a power of ten", () => {
  fc.assert(fc.property(faces, (count) => {
    const rise = defaultThresholds(count + 1).known - defaultThresholds(count).known;
    assert(rise <= 0.001 + 0.065 * Math.log10((count + 1) / Math.max(1, count)) + 1e-9);
  }));
});

Deno.test("defaultThresholds() let at most one stranger in 1,000 be named, below the highest", () => {
  fc.assert(fc.property(faces, (count) => {
    const { known } = defaultThresholds(count);
    if (count > 0 && known < KNOWN_MAX) assert(known >= similarityOfRate(0.001 / count));
  }));
});

Deno.test("defaultThresholds() keep uncertain as wide as it is in a small gallery", () => {
  for (
    const [count, known, unknown] of [
      [0, 0.45, 0.38],
      [1, 0.45, 0.38],
      [35, 0.45, 0.38],
      [100, 0.479, 0.409],
      [400, 0.518, 0.448],
      [1_240, 0.55, 0.48],
      [10_000, 0.609, 0.539],
      [100_000, 0.62, 0.55],
    ]
  ) assertEquals(defaultThresholds(count), { known, unknown }, `${count} faces`);
});

Deno.test("lookalikeSimilarity() is above all of the wrong warnings, and never below the default of known", () => {
  fc.assert(fc.property(faces, (count) => {
    const similarity = lookalikeSimilarity(count);
    assert(similarity > 0.46 && similarity >= defaultThresholds(count).known && similarity <= KNOWN_MAX);
  }));
  assertEquals([lookalikeSimilarity(1), lookalikeSimilarity(400)], [0.5, 0.518]);
});
