import fc from "fast-check";
import { decodeBox, priorCount, priorsOf } from "../../../../models/pipelines/faces/priors.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";
import { predictionsOf } from "./fake_detector.ts";

Deno.test("priorsOf() has the 4,420 boxes of UltraFace RFB-320 in the order of its outputs", () => {
  const input = { width: 320, height: 240 };
  const priors = priorsOf(input);
  assertEquals([priorCount(input), priors.length], [4_420, 4_420 * 4]);
  const at = (index: number) => [...priors.subarray(index * 4, index * 4 + 4)];
  const near = (one: number[], other: number[]) =>
    one.forEach((value, axis) => assertAlmostEquals(value, other[axis], 1e-6));
  near(at(0), [0.5 / 40, 0.5 / 30, 10 / 320, 10 / 240]);
  near(at(2), [0.5 / 40, 0.5 / 30, 24 / 320, 24 / 240]);
  near(at(3), [1.5 / 40, 0.5 / 30, 10 / 320, 10 / 240]);
  near(at(3_600), [0.5 / 20, 0.5 / 15, 32 / 320, 32 / 240]);
  // The last feature map has four rows although 240 is no multiple of its stride; a box is no
  // larger than the input.
  near(at(4_419), [4.5 / 5, 3.5 / 4, 256 / 320, 1]);
});

Deno.test("priorCount() counts the boxes of any size", () => {
  const side = fc.integer({ min: 1, max: 16 }).map((steps) => steps * 64);
  fc.assert(fc.property(side, side, (width, height) => {
    const cells = width * height / 64;
    assertEquals(priorCount({ width, height }), cells * 3 + cells / 4 * 2 + cells / 16 * 2 + cells / 64 * 3);
  }));
});

Deno.test("decodeBox() returns the prior box where nothing is regressed, and undoes what a face was encoded to", () => {
  const input = { width: 640, height: 448 };
  const priors = priorsOf(input);
  const [left, top, right, bottom] = decodeBox(new Float32Array(priors.length), priors, 0);
  [left, right - left, top, bottom - top].forEach((value, at) =>
    assertAlmostEquals(value, [-1 / 640, 10 / 640, -1 / 448, 10 / 448][at], 1e-6)
  );
  const share = fc.double({ min: 0.01, max: 0.9, noNaN: true });
  fc.assert(fc.property(share, share, share, share, (x, y, width, height) => {
    const corners = [x, y, x + width, y + height] as const;
    const { regressions } = predictionsOf([[1, ...corners]], input);
    decodeBox(regressions, priors, 0).forEach((at, corner) => assert(Math.abs(at - corners[corner]) < 1e-4));
  }));
});
