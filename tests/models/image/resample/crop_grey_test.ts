import fc from "fast-check";
import { cropGrey } from "../../../../models/image/resample/crop_grey.ts";
import type { Box } from "../../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";
import { makePicture } from "../fixtures.ts";

function crop(picture: Picture, square: Box, side: number): Float32Array {
  const into = new Float32Array(side * side).fill(NaN);
  cropGrey(picture, { square, side, scale: 1, into });
  return into;
}

function greyOf({ width, data }: Picture, x: number, y: number): number {
  const [red, green, blue] = data.subarray((y * width + x) * 3);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

Deno.test("cropGrey() copies the grey of pixels at their own size", () => {
  const picture = makePicture(20, 20);
  const into = crop(picture, { x: 3, y: 5, width: 8, height: 8 }, 8);
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) assertAlmostEquals(into[y * 8 + x], greyOf(picture, x + 3, y + 5), 1e-3);
  }
});

Deno.test("cropGrey() shows a smooth picture at its place, shrinking or enlarging", () => {
  const picture = makePicture(400, 400);
  const place = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(fc.property(place, place, fc.double({ min: 4, max: 250, noNaN: true }), (x, y, width) => {
    const into = crop(picture, { x, y, width, height: width }, 16);
    for (const [column, row] of [[0, 0], [15, 2], [8, 15]]) {
      const centreX = Math.floor(x + ((column + 0.5) * width) / 16);
      const centreY = Math.floor(y + ((row + 0.5) * width) / 16);
      assertAlmostEquals(into[row * 16 + column], greyOf(picture, centreX, centreY), 2);
    }
  }));
});

Deno.test("cropGrey() is black outside the picture", () => {
  const picture = { width: 10, height: 10, data: new Uint8Array(300).fill(200) };
  const into = crop(picture, { x: -10, y: -10, width: 20, height: 20 }, 4);
  const [black, lit] = [0, 200];
  const expected = [[black, black, black, black], [black, black, lit, lit]];
  const rows = [0, 1, 2, 3].map((y) => [...into.subarray(y * 4, y * 4 + 4)].map(Math.round));
  assertEquals(rows, [expected[0], expected[0], expected[1], expected[1]]);
  assert(crop(picture, { x: 500, y: 0, width: 9, height: 9 }, 4).every((value) => value === 0));
});

Deno.test("cropGrey() scales what it writes", () => {
  const picture = { width: 4, height: 4, data: new Uint8Array(48).fill(128) };
  const into = new Float32Array(4);
  cropGrey(picture, { square: { x: 0, y: 0, width: 4, height: 4 }, side: 2, scale: 1 / 256, into });
  for (const value of into) assertAlmostEquals(value, 0.5, 1e-6);
});
