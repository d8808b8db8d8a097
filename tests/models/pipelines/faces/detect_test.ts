import fc from "fast-check";
import { letterbox, type Size } from "../../../../models/image/geometry/geometry.ts";
import { DECODING_INPUT, type DetectedFace, detectedFaces } from "../../../../models/pipelines/faces/detect.ts";
import { type Corners, priorCount } from "../../../../models/pipelines/faces/priors.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";

interface Anchor {
  readonly at: number;
  readonly score: number;
  /** x1, y1, x2, y2 in 0..1 of the input. */
  readonly corners: Corners;
}

const COUNT = priorCount(DECODING_INPUT);

function faces(anchors: readonly Anchor[], picture: Size = { width: 1_920, height: 1_280 }): DetectedFace[] {
  const scores = new Float32Array(COUNT * 2);
  for (const { at, score } of anchors) scores.set([1 - score, score], at * 2);
  const corners = new Map(anchors.map((anchor) => [anchor.at, anchor.corners]));
  const cornersOf = (index: number): Corners => corners.get(index) ?? [0, 0, 0, 0];
  const fit = letterbox(picture, DECODING_INPUT);
  return detectedFaces({ scores, cornersOf }, { scoreMin: 0.7, input: DECODING_INPUT, fit, picture });
}

const SQUARE: Corners = [0.4, 0.4, 0.6, 0.6];

Deno.test("detectedFaces() maps boxes back through the letterbox, for wide and tall pictures", () => {
  const fraction = fc.float({ min: 0, max: 1, noNaN: true });
  const side = fc.integer({ min: 1, max: 5_000 });
  fc.assert(fc.property(side, side, fraction, fraction, (width, height, u, v) => {
    // A face over the middle fifth of the picture, as the detector would see it in its input.
    const scale = Math.min(DECODING_INPUT.width / width, DECODING_INPUT.height / height);
    const left = width * u * 0.8, top = height * v * 0.8;
    const inputX = (x: number) => ((DECODING_INPUT.width - width * scale) / 2 + x * scale) / DECODING_INPUT.width;
    const inputY = (y: number) => ((DECODING_INPUT.height - height * scale) / 2 + y * scale) / DECODING_INPUT.height;
    const [face] = faces([{
      at: 7,
      score: 0.9,
      corners: [inputX(left), inputY(top), inputX(left + width * 0.2), inputY(top + height * 0.2)],
    }], { width, height });
    const tolerance = 1e-4 * Math.max(width, height);
    assertAlmostEquals(face.box.x, left, tolerance);
    assertAlmostEquals(face.box.y, top, tolerance);
    assertAlmostEquals(face.box.width, width * 0.2, tolerance);
    assertAlmostEquals(face.box.height, height * 0.2, tolerance);
  }));
});

Deno.test("detectedFaces() reads the second score of an anchor and asks for more than the threshold", () => {
  const at = (anchor: number, score: number): Anchor => ({
    at: anchor,
    score,
    corners: [anchor / 10, 0.4, anchor / 10 + 0.05, 0.5],
  });
  const found = faces([at(1, 0.69), at(2, 0.71), at(3, 0.99), at(4, 0), at(5, NaN)]);
  assertEquals(found.map(({ score }) => Number(score.toFixed(2))), [0.71, 0.99]);
});

Deno.test("detectedFaces() looks at the first and the last anchor", () => {
  assertEquals(faces([{ at: 0, score: 0.8, corners: SQUARE }]).length, 1);
  assertEquals(faces([{ at: COUNT - 1, score: 0.8, corners: SQUARE }]).length, 1);
});

Deno.test("detectedFaces() keeps a face at the border whole and drops one in the letterbox's bars", () => {
  // A picture of 3:2 leaves bars of 0.0556 of the input above and below.
  const [border, ...others] = faces([
    { at: 1, score: 0.9, corners: [-0.05, 0.4, 0.1, 0.6] },
    { at: 2, score: 0.9, corners: [0.4, 0, 0.5, 0.05] },
    { at: 3, score: 0.9, corners: [0.4, 0.95, 0.5, 1] },
    { at: 4, score: 0.9, corners: [1.01, 0.4, 1.2, 0.5] },
  ]);
  assertEquals(others, []);
  assertAlmostEquals(border.box.x, -96, 1e-3);
  assertAlmostEquals(border.box.width, 288, 1e-3);
});

Deno.test("detectedFaces() drops what is no box: turned inside out, without end, not a number", () => {
  const wrong: readonly Corners[] = [
    [0.6, 0.4, 0.4, 0.6],
    [0.4, 0.6, 0.6, 0.4],
    [0.5, 0.5, 0.5, 0.5],
    [NaN, 0.4, 0.6, 0.6],
    [0.4, 0.4, Infinity, 0.6],
    [-Infinity, 0.4, 0.6, 0.6],
    [0.4, 0.4, 1e30, 0.6],
  ];
  assertEquals(faces(wrong.map((corners, at) => ({ at, score: 0.9, corners }))), []);
});

Deno.test("detectedFaces() gives finite faces, whatever the answer", () => {
  const anything = fc.oneof(fc.float(), fc.float({ min: Math.fround(-0.2), max: Math.fround(1.2) }));
  const anchors = fc.uniqueArray(
    fc.record({
      at: fc.nat(COUNT - 1),
      score: anything,
      corners: fc.tuple(anything, anything, anything, anything),
    }),
    { selector: ({ at }) => at, maxLength: 60 },
  );
  fc.assert(fc.property(anchors, (all) => {
    for (const { box, score } of faces(all)) {
      assert(Object.values(box).every(Number.isFinite) && box.width > 0 && box.height > 0);
      assert(score > 0.7 && score <= 1);
    }
  }));
});
