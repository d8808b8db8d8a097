import fc from "fast-check";
import { fivePoints, landmarkSquare } from "../../../../models/pipelines/faces/landmarks.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";

const SQUARE = { x: 100, y: 200, width: 50, height: 50 };

/** Returns 68 points, all at the middle of the square except those given. */
function landmarks(points: Readonly<Record<number, readonly [number, number]>>): Float32Array {
  const all = new Float32Array(136).fill(0.5);
  for (const [index, point] of Object.entries(points)) all.set(point, 2 * Number(index));
  return all;
}

const TYPICAL = fivePoints(new Float32Array(136), SQUARE);

Deno.test("landmarkSquare() is centred on the box and somewhat taller, whatever the width of the box", () => {
  const number = fc.integer({ min: -1_000, max: 1_000 });
  const side = fc.integer({ min: 1, max: 1_000 });
  fc.assert(fc.property(number, number, side, side, (x, y, width, height) => {
    const square = landmarkSquare({ x, y, width, height });
    assertEquals(square.width, square.height);
    assert(square.height > height && square.height < 1.5 * height);
    assertAlmostEquals(square.x + square.width / 2, x + width / 2, 1e-9);
    assertAlmostEquals(square.y + square.height / 2, y + height / 2, 1e-9);
  }));
});

Deno.test("fivePoints() takes the means of the right points, in pixels of the picture", () => {
  const points = fivePoints(
    landmarks({
      37: [0.1, 0.2],
      38: [0.3, 0.2],
      40: [0.3, 0.4],
      41: [0.1, 0.4],
      43: [0.7, 0.3],
      44: [0.8, 0.3],
      46: [0.8, 0.3],
      47: [0.7, 0.3],
      30: [0.5, 0.6],
      48: [0.3, 0.8],
      60: [0.4, 0.8],
      54: [0.7, 0.7],
      64: [0.6, 0.9],
    }),
    SQUARE,
  );
  const expected = [[110, 215], [137.5, 215], [125, 230], [117.5, 240], [132.5, 240]];
  points.forEach(({ x, y }, index) => {
    assertAlmostEquals(x, expected[index][0], 1e-4);
    assertAlmostEquals(y, expected[index][1], 1e-4);
  });
});

Deno.test("fivePoints() moves and scales with its square", () => {
  const found = landmarks({ 30: [0.9, 0.1], 48: [0.2, 0.9], 60: [0.2, 0.9] });
  const one = fivePoints(found, { x: 0, y: 0, width: 1, height: 1 });
  const other = fivePoints(found, SQUARE);
  one.forEach(({ x, y }, index) => {
    assertAlmostEquals(other[index].x, 100 + 50 * x, 1e-9);
    assertAlmostEquals(other[index].y, 200 + 50 * y, 1e-9);
  });
});

Deno.test("fivePoints() returns a typical face if the output is invalid", () => {
  const none = [
    landmarks({}),
    new Float32Array(136).fill(NaN),
    new Float32Array(136).fill(Infinity),
    landmarks({ 30: [0.5, NaN] }),
    landmarks({ 30: [7, 0.5] }),
    landmarks({ 48: [-3, 0.5], 60: [-3, 0.5] }),
  ];
  for (const answer of none) assertEquals(fivePoints(answer, SQUARE), TYPICAL);
  const [leftEye, rightEye, nose, leftMouth, rightMouth] = TYPICAL;
  assert(leftEye.x < nose.x && nose.x < rightEye.x && leftEye.y < nose.y);
  assert(leftMouth.x < rightMouth.x && nose.y < leftMouth.y && rightMouth.y < 250);
});

Deno.test("fivePoints() never returns points that cannot be aligned", () => {
  fc.assert(fc.property(
    fc.float32Array({ minLength: 136, maxLength: 136 }),
    (answer) => {
      const points = fivePoints(answer, SQUARE);
      assert(points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
      const spread = Math.max(
        ...points.map(({ x, y }) => Math.hypot(x - points[0].x, y - points[0].y)),
      );
      assert(spread > 1);
    },
  ));
});
