import fc from "fast-check";
import { invertSimilarity, similarityTransform, transformPoint } from "../../../../models/image/geometry/similarity.ts";
import { InvariantError } from "../../../../protocol/kernel/invariant.ts";
import { assert, assertAlmostEquals, assertThrows } from "../../../assert.ts";

const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
const similarity = fc.record({
  a: fc.double({ min: 0.1, max: 5, noNaN: true }),
  b: fc.double({ min: -5, max: 5, noNaN: true }),
  shiftX: coordinate,
  shiftY: coordinate,
});
const square = [{ x: 0, y: 0 }, { x: 9, y: 1 }, { x: 8, y: 12 }, { x: 1, y: 10 }];

Deno.test("similarityTransform() finds the similarity that the points went through", () => {
  fc.assert(fc.property(similarity, (expected) => {
    const found = similarityTransform(square, square.map((at) => transformPoint(at, expected)));
    assertAlmostEquals(found.a, expected.a, 1e-9);
    assertAlmostEquals(found.b, expected.b, 1e-9);
    assertAlmostEquals(found.shiftX, expected.shiftX, 1e-8);
    assertAlmostEquals(found.shiftY, expected.shiftY, 1e-8);
  }));
});

Deno.test("similarityTransform() comes nearer to the points than any similarity close to it", () => {
  const step = fc.double({ min: -0.1, max: 0.1, noNaN: true });
  fc.assert(fc.property(fc.array(point, { minLength: 4, maxLength: 4 }), step, step, step, step, (to, ...steps) => {
    const found = similarityTransform(square, to);
    const error = (candidate: typeof found) =>
      square.reduce((sum, at, index) => {
        const { x, y } = transformPoint(at, candidate);
        return sum + (x - to[index].x) ** 2 + (y - to[index].y) ** 2;
      }, 0);
    const other = {
      a: found.a + steps[0],
      b: found.b + steps[1],
      shiftX: found.shiftX + steps[2],
      shiftY: found.shiftY + steps[3],
    };
    assert(error(found) <= error(other) + 1e-6);
  }));
});

Deno.test("invertSimilarity() undoes a similarity", () => {
  fc.assert(fc.property(similarity, point, (there, at) => {
    const back = transformPoint(transformPoint(at, there), invertSimilarity(there));
    assertAlmostEquals(back.x, at.x, 1e-6);
    assertAlmostEquals(back.y, at.y, 1e-6);
  }));
});

Deno.test("similarityTransform() refuses points that are all one", () => {
  const same = square.map(() => ({ x: 3, y: 4 }));
  assertThrows(() => similarityTransform(same, square), InvariantError, "not all one");
  assertThrows(() => invertSimilarity(similarityTransform(square, same)), InvariantError);
});
