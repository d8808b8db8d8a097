import fc from "fast-check";
import { assert, assertEquals } from "../../../assert.ts";
import { cropAround } from "../../../../models/image/resample/crop_around.ts";
import { makePicture } from "../fixtures.ts";

function pixel({ width, data }: { width: number; data: Uint8Array }, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

Deno.test("cropAround() is a square around the middle of the box, grown by the factor", () => {
  const picture = makePicture(400, 300);
  const crop = cropAround(picture, { box: { x: 180, y: 120, width: 40, height: 60 }, factor: 2.5, sideMax: 640 });
  assertEquals([crop.width, crop.height], [150, 150]);
  assertEquals(pixel(crop, 0, 0), pixel(picture, 125, 75));
  assertEquals(pixel(crop, 149, 149), pixel(picture, 274, 224));
});

Deno.test("cropAround() keeps to the picture at its edges", () => {
  const picture = makePicture(100, 80);
  const crop = cropAround(picture, { box: { x: -10, y: 60, width: 40, height: 40 }, factor: 2, sideMax: 640 });
  assertEquals([crop.width, crop.height], [50, 40]);
  assertEquals(pixel(crop, 0, 0), pixel(picture, 0, 40));
});

Deno.test("cropAround() shrinks to the longest side that is allowed, in proportion", () => {
  const picture = makePicture(1_000, 700);
  const crop = cropAround(picture, { box: { x: 400, y: 250, width: 200, height: 200 }, factor: 5, sideMax: 100 });
  assertEquals([crop.width, crop.height], [100, 70]);
  assertEquals(crop.data.length, 100 * 70 * 3);
});

Deno.test("cropAround() of any box is a picture within its limits, and changes nothing", () => {
  const picture = makePicture(60, 40);
  const before = picture.data.slice();
  const coordinate = fc.double({ min: -200, max: 200, noNaN: true });
  const length = fc.double({ min: 0.01, max: 300, noNaN: true });
  const box = fc.record({ x: coordinate, y: coordinate, width: length, height: length });
  fc.assert(fc.property(box, fc.integer({ min: 1, max: 80 }), (box, sideMax) => {
    const crop = cropAround(picture, { box, factor: 2.5, sideMax });
    assert(crop.width >= 1 && crop.height >= 1 && Math.max(crop.width, crop.height) <= sideMax);
    assertEquals(crop.data.length, crop.width * crop.height * 3);
  }));
  assertEquals(picture.data, before);
});
