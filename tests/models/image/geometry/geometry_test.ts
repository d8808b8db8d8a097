import fc from "fast-check";
import { fromLetterbox, intersectionOverUnion, letterbox } from "../../../../models/image/geometry/geometry.ts";
import { intoLetterbox } from "../into_frame.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";

const side = fc.integer({ min: 1, max: 30_000 });
const size = fc.record({ width: side, height: side });
const place = fc.double({ min: -50, max: 50, noNaN: true });
const length = fc.double({ min: 0.1, max: 50, noNaN: true });
const box = fc.record({ x: place, y: place, width: length, height: length });

Deno.test("letterbox() puts the whole picture into the middle of the frame and touches two of its edges", () => {
  fc.assert(fc.property(size, size, (source, frame) => {
    const fit = letterbox(source, frame);
    const start = intoLetterbox({ x: 0, y: 0 }, fit);
    const end = intoLetterbox({ x: source.width, y: source.height }, fit);
    const tolerance = 1e-9 * Math.max(frame.width, frame.height);
    assert(start.x >= -tolerance && start.y >= -tolerance);
    assertAlmostEquals(start.x, frame.width - end.x, tolerance);
    assertAlmostEquals(start.y, frame.height - end.y, tolerance);
    assertAlmostEquals(Math.min(start.x, start.y), 0, tolerance);
  }));
});

Deno.test("fromLetterbox() undoes intoLetterbox()", () => {
  fc.assert(fc.property(size, size, place, place, (source, frame, x, y) => {
    const fit = letterbox(source, frame);
    const back = fromLetterbox(intoLetterbox({ x, y }, fit), fit);
    const tolerance = 1e-6 * Math.max(source.width, source.height);
    assertAlmostEquals(back.x, x, tolerance);
    assertAlmostEquals(back.y, y, tolerance);
  }));
});

Deno.test("letterbox() of a photo into the detector's frame", () => {
  const fit = letterbox({ width: 1920, height: 1280 }, { width: 320, height: 240 });
  assertAlmostEquals(fit.scale, 1 / 6);
  assertEquals(fit.offsetX, 0);
  assertAlmostEquals(fit.offsetY, 40 / 3);
});

Deno.test("intersectionOverUnion() is 1 for the same box, 0 for boxes apart, and the same both ways", () => {
  fc.assert(fc.property(box, box, (one, other) => {
    assertAlmostEquals(intersectionOverUnion(one, one), 1, 1e-9);
    const overlap = intersectionOverUnion(one, other);
    assertAlmostEquals(overlap, intersectionOverUnion(other, one), 1e-12);
    assert(overlap >= 0 && overlap <= 1);
    assertEquals(intersectionOverUnion(one, { ...other, x: one.x + one.width }), 0);
  }));
  const square = { x: 0, y: 0, width: 2, height: 2 };
  assertAlmostEquals(intersectionOverUnion(square, { ...square, x: 1 }), 1 / 3);
});
