import fc from "fast-check";
import type { Contour } from "../../../../models/image/font/glyph_outline.ts";
import { rasterize } from "../../../../models/image/font/rasterize.ts";
import { assertAlmostEquals, assertEquals } from "../../../assert.ts";

function polygon(points: readonly (readonly [number, number])[]): Contour {
  return points.map(([x, y]) => ({ x, y, onLine: true }));
}

Deno.test("rasterize() covers exactly the pixels of a box, and parts of those at its edge", () => {
  const box = polygon([[1, 0], [3.5, 0], [3.5, 2], [1, 2]]);
  const { left, top, width, height, data } = rasterize([box], 1);
  assertEquals([left, top, height], [1, -2, 2]);
  assertEquals([...data.subarray(0, width)], [255, 255, 128, 0]);
});

Deno.test("rasterize() covers as much as the area of a polygon", () => {
  const coordinate = fc.double({ min: -20, max: 20, noNaN: true });
  const triangle = fc.tuple(coordinate, coordinate, coordinate, coordinate, coordinate, coordinate);
  fc.assert(fc.property(triangle, ([ax, ay, bx, by, cx, cy]) => {
    const area = Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
    const { data } = rasterize([polygon([[ax, ay], [bx, by], [cx, cy]])], 1);
    const covered = data.reduce((sum, value) => sum + value / 255, 0);
    assertAlmostEquals(covered, area, 0.002 * data.length + 1e-6);
  }));
});

Deno.test("rasterize() leaves the hole of a shape free", () => {
  const outer = polygon([[0, 0], [6, 0], [6, 6], [0, 6]]);
  const inner = polygon([[2, 2], [2, 4], [4, 4], [4, 2]]);
  const { width, data } = rasterize([outer, inner], 1);
  assertEquals([...data.subarray(3 * width, 3 * width + 6)], [255, 255, 0, 0, 255, 255]);
});

Deno.test("rasterize() bends curves, also between two control points", () => {
  // Four control points of a square: a circle in the way of TrueType, nothing of it on the line.
  const round: Contour = [[0, 0], [20, 0], [20, 20], [0, 20]].map(([x, y]) => ({ x, y, onLine: false }));
  const covered = rasterize([round], 1).data.reduce((sum, value) => sum + value / 255, 0);
  // Four parabolas leave 1/6 of the square free.
  assertAlmostEquals(covered, (400 * 5) / 6, 5);
});

Deno.test("rasterize() of nothing is empty", () => {
  assertEquals(rasterize([], 1).data.length, 0);
});
