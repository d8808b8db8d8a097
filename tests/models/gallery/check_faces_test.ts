import fc from "fast-check";
import {
  bestFaces,
  checkFace,
  compareOwn,
  type EnrolledFace,
  type FaceCheck,
} from "../../../models/gallery/check_faces.ts";
import { cosine } from "../../../models/gallery/cosine.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../assert.ts";

const GOOD = { eyeDistance: 40, sharpness: 200 };
const LIMITS = { ownMin: 0.38, otherMin: 0.5, quality: { eyeDistanceMin: 12, sharpnessMin: 10 } };
const nobody = () => null;

/** A face whose embedding is an angle in degrees. */
function faceAt(angle: number, quality = GOOD): EnrolledFace {
  const radians = angle * Math.PI / 180;
  return { faceId: `face ${angle}`, quality, embedding: Float32Array.of(Math.cos(radians), Math.sin(radians)) };
}

function asideOf(...angles: number[]): number[] {
  const own = compareOwn(angles.map((angle) => faceAt(angle)), LIMITS.ownMin);
  return angles.filter((_, index) => own[index].isAside);
}

const faces = fc.array(fc.integer({ min: 0, max: 359 }), { maxLength: 12 })
  .map((angles) => angles.map((angle) => faceAt(angle)));

Deno.test("compareOwn() sets the wrong face aside, and not the right ones that it pulls down", () => {
  // The mean of each right face with all others is 0.37, below the limit.
  assertEquals(asideOf(0, 40, 110), [110]);
  assertEquals(asideOf(0, 10, 20, 200), [200]);
  assertEquals(asideOf(0, 20, 40), []);
});

Deno.test("compareOwn() sets both of two faces aside that disagree, and none of one", () => {
  assertEquals(asideOf(0, 90), [0, 90]);
  assertEquals(asideOf(0), []);
  assertEquals(asideOf(), []);
  assertEquals(asideOf(0, 120, 240), [0, 120, 240]);
});

Deno.test("compareOwn() leaves faces that agree by the mean with all others that are left", () => {
  fc.assert(fc.property(faces, (all) => {
    const own = compareOwn(all, LIMITS.ownMin);
    const left = all.filter((_, index) => !own[index].isAside);
    assert(left.length !== 1 || all.length === 1 || own.some(({ isAside }) => isAside));
    all.forEach((face, index) => {
      const { mean, nearest, isAside } = own[index];
      const others = all.filter((other) => other !== face).map((other) => cosine(face.embedding, other.embedding));
      assertEquals(nearest, others.length === 0 ? null : Math.max(...others));
      if (isAside) assert(mean !== null && mean < LIMITS.ownMin);
      if (isAside || left.length < 2) return;
      const rest = left.filter((other) => other !== face).map((other) => cosine(face.embedding, other.embedding));
      const expected = rest.reduce((sum, similarity) => sum + similarity, 0) / rest.length;
      assertAlmostEquals(mean ?? NaN, expected, 1e-9);
      assert(expected >= LIMITS.ownMin);
    });
  }));
});

Deno.test("checkFace() names every fault, and none of a good face", () => {
  const own = { mean: 0.6, nearest: 0.7, isAside: false };
  const near = (similarity: number) => () => ({ name: "Eve", similarity });
  const table = [
    [faceAt(0), own, nobody, []],
    [faceAt(0), own, near(0.69), []],
    [faceAt(0), own, near(0.7), ["nearer_to_other"]],
    [faceAt(0), { ...own, nearest: 0.1 }, near(0.3), []],
    [faceAt(0), { ...own, nearest: 0.1 }, near(0.4), ["nearer_to_other"]],
    [faceAt(0), { mean: null, nearest: null, isAside: false }, near(0.49), []],
    [faceAt(0), { mean: null, nearest: null, isAside: false }, near(0.5), ["nearer_to_other"]],
    [faceAt(0, { eyeDistance: 11, sharpness: 200 }), own, nobody, ["too_small"]],
    [faceAt(0, { eyeDistance: 40, sharpness: 9 }), { ...own, isAside: true }, near(0.9), [
      "unlike_own",
      "nearer_to_other",
      "too_blurred",
    ]],
  ] as const;
  for (const [face, likeness, nearestOther, faults] of table) {
    assertEquals(checkFace(face, likeness, { ...LIMITS, nearestOther }).faults, faults);
  }
});

/** Returns the ids of the best faces. */
const bestOf = (checks: readonly FaceCheck[]) => bestFaces(checks).map(({ faceId }) => faceId);

Deno.test("bestFaces() are three at most, without a fault, those most like the others first", () => {
  const check = (faceId: string, ownSimilarity: number | null, isGood = true) => ({
    faceId,
    quality: GOOD,
    ownSimilarity,
    other: null,
    faults: isGood ? [] : ["unlike_own" as const],
  });
  const checks = [check("a", 0.5), check("b", 0.9, false), check("c", 0.7), check("d", 0.6), check("e", 0.8)];
  assertEquals(bestOf(checks), ["e", "c", "d"]);
  assertEquals(bestOf([check("alone", null)]), ["alone"]);
  assertEquals(bestOf([check("wrong", 0.1, false)]), []);
});

Deno.test("bestFaces() takes the larger and then the sharper of faces that are equally like the others", () => {
  const check = (faceId: string, ownSimilarity: number, eyeDistance: number, sharpness: number) => {
    return { faceId, quality: { eyeDistance, sharpness }, ownSimilarity, other: null, faults: [] };
  };
  const checks = [
    check("small", 0.704, 20, 900),
    check("large", 0.701, 60, 50),
    check("large and sharp", 0.698, 60, 300),
    check("less like them", 0.69, 90, 900),
  ];
  assertEquals(bestOf(checks), ["large and sharp", "large", "small"]);
});
