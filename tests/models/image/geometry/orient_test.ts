import fc from "fast-check";
import { orient } from "../../../../models/image/geometry/orient.ts";
import { type Orientation, toOrientation } from "../../../../models/image/geometry/orientation.ts";
import { assertEquals, assertStrictEquals } from "../../../assert.ts";
import { makePicture } from "../fixtures.ts";

/**
 * Functions from an upright pixel to its place in the stored picture: the table of EXIF 2.32,
 * 4.6.4.
 */
const SOURCES: Record<Orientation, (x: number, y: number, width: number, height: number) => number[]> = {
  1: (x, y) => [x, y],
  2: (x, y, width) => [width - 1 - x, y],
  3: (x, y, width, height) => [width - 1 - x, height - 1 - y],
  4: (x, y, _, height) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, height) => [y, height - 1 - x],
  7: (x, y, width, height) => [width - 1 - y, height - 1 - x],
  8: (x, y, width) => [width - 1 - y, x],
};

Deno.test("orient() moves every pixel to where EXIF says", () => {
  const side = fc.integer({ min: 1, max: 70 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), side, side, (number, width, height) => {
    const orientation = toOrientation(number);
    const picture = makePicture(width, height);
    const upright = orient(picture, orientation);
    assertEquals(upright.width, orientation >= 5 ? height : width);
    assertEquals(upright.height, orientation >= 5 ? width : height);
    for (let y = 0; y < upright.height; y++) {
      for (let x = 0; x < upright.width; x++) {
        const [fromX, fromY] = SOURCES[orientation](x, y, width, height);
        const at = (y * upright.width + x) * 3;
        const from = (fromY * width + fromX) * 3;
        for (let channel = 0; channel < 3; channel++) {
          if (upright.data[at + channel] !== picture.data[from + channel]) {
            throw new Error(`orientation ${orientation}: pixel ${x}, ${y} is wrong`);
          }
        }
      }
    }
  }));
});

Deno.test("orient() gives an upright picture back as it is", () => {
  const picture = makePicture(3, 2);
  assertStrictEquals(orient(picture, 1), picture);
});
