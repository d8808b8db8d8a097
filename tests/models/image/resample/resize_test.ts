import fc from "fast-check";
import { letterbox, type Size } from "../../../../models/image/geometry/geometry.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { shrinkIntoTensor } from "../../../../models/image/resample/resize.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "../../../assert.ts";

/** Samples that look random. */
function noise(width: number, height: number, seed: number): Picture {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => Math.imul(at + seed * 7919 + 1, 0x9e3779b1) >>> 24,
  );
  return { width, height, data };
}

function shrink(picture: Picture, frame: Size): Float32Array {
  const into = new Float32Array(frame.width * frame.height * 3).fill(NaN);
  const fit = letterbox(picture, frame);
  shrinkIntoTensor(picture, { ...frame, fit, mean: 0, scale: 1, into });
  return into;
}

/**
 * Returns the share of pixel `at` of the frame that each pixel of the picture covers, on one axis.
 */
function shares(at: number, axis: { count: number; scale: number; offset: number }): number[] {
  const start = (at - axis.offset) / axis.scale;
  const end = (at + 1 - axis.offset) / axis.scale;
  return Array.from(
    { length: axis.count },
    (_, pixel) => Math.max(0, Math.min(end, pixel + 1) - Math.max(start, pixel)) * axis.scale,
  );
}

/** The mean over the area of every pixel of the frame, as the definition says it. */
function reference(picture: Picture, frame: Size): Float32Array {
  const { width, height, data } = picture;
  const { scale, offsetX, offsetY } = letterbox(picture, frame);
  const plane = frame.width * frame.height;
  const target = new Float32Array(plane * 3);
  for (let y = 0; y < frame.height; y++) {
    const rows = shares(y, { count: height, scale, offset: offsetY });
    for (let x = 0; x < frame.width; x++) {
      const columns = shares(x, { count: width, scale, offset: offsetX });
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        rows.forEach((down, row) => {
          if (down === 0) return;
          columns.forEach((across, column) => {
            sum += down * across * data[(row * width + column) * 3 + channel];
          });
        });
        target[channel * plane + y * frame.width + x] = sum;
      }
    }
  }
  return target;
}

Deno.test("shrinkIntoTensor() takes the mean of the area of each pixel, black outside", () => {
  const side = fc.integer({ min: 4, max: 90 });
  const small = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(side, side, small, small, fc.nat(), (width, height, frameWidth, frameHeight, seed) => {
      const frame = { width: frameWidth, height: frameHeight };
      const picture = noise(width, height, seed);
      if (letterbox(picture, frame).scale > 1) return;
      const expected = reference(picture, frame);
      shrink(picture, frame).forEach((value, at) => {
        // Parts of rows are weighed in steps, which costs a level or two of noise.
        assertAlmostEquals(value, expected[at], 2.5);
      });
    }),
    { numRuns: 200 },
  );
});

Deno.test("shrinkIntoTensor() is exact where the picture is a whole number of times larger", () => {
  for (const [width, height, factor] of [[12, 8, 2], [60, 45, 5], [48, 36, 12], [21, 6, 3]]) {
    const picture = noise(width, height, factor);
    const frame = { width: width / factor, height: height / factor };
    const expected = reference(picture, frame);
    shrink(picture, frame).forEach((value, at) => assertAlmostEquals(value, expected[at], 1e-3));
  }
});

Deno.test("shrinkIntoTensor() keeps white white and black black at any ratio", () => {
  for (const [width, height] of [[1920, 1280], [1919, 1277], [5000, 3], [3, 5000], [30_000, 300]]) {
    for (const level of [0, 255]) {
      const picture = { width, height, data: new Uint8Array(width * height * 3).fill(level) };
      const frame = { width: 32, height: 24 };
      const { scale, offsetX, offsetY } = letterbox(picture, frame);
      shrink(picture, frame).forEach((value, at) => {
        const x = at % 32;
        const y = Math.floor(at / 32) % 24;
        const isInside = x >= offsetX && x + 1 <= offsetX + width * scale && y >= offsetY &&
          y + 1 <= offsetY + height * scale;
        if (isInside) assertAlmostEquals(value, level, 0.01);
        assert(value >= -0.01 && value <= 255.01);
      });
    }
  }
});

Deno.test("shrinkIntoTensor() reads pictures whose bytes begin anywhere", () => {
  const picture = noise(64, 40, 3);
  const shifted = new Uint8Array(picture.data.length + 1);
  shifted.set(picture.data, 1);
  const frame = { width: 13, height: 9 };
  assertEquals(shrink({ ...picture, data: shifted.subarray(1) }, frame), shrink(picture, frame));
});

Deno.test("shrinkIntoTensor() enlarges by interpolation between the centres of pixels", () => {
  const picture = { width: 2, height: 1, data: Uint8Array.of(0, 10, 20, 100, 110, 120) };
  const into = shrink(picture, { width: 8, height: 6 });
  const row = (y: number) => [...into.subarray(y * 8, y * 8 + 8)];
  assertEquals(row(0), new Array(8).fill(0));
  assertEquals(row(2), [0, 0, 12.5, 37.5, 62.5, 87.5, 100, 100]);
  assertEquals(into[48 + 16], 10);
});

Deno.test("shrinkIntoTensor() normalises, and fills the border with normalised black", () => {
  const picture = { width: 4, height: 2, data: new Uint8Array(24).fill(191) };
  const into = new Float32Array(12).fill(7);
  const frame = { width: 2, height: 2 };
  const fit = letterbox(picture, frame);
  shrinkIntoTensor(picture, { ...frame, fit: { ...fit, offsetY: 0 }, mean: 127, scale: 1 / 128, into });
  assertEquals([...into.subarray(0, 4)], [0.5, 0.5, -127 / 128, -127 / 128].map(Math.fround));
});

Deno.test("shrinkIntoTensor() refuses a tensor of another size", () => {
  const fit = { scale: 1, offsetX: 0, offsetY: 0 };
  const options = { width: 2, height: 2, fit, mean: 0, scale: 1, into: new Float32Array(11) };
  assertThrows(() => shrinkIntoTensor(noise(2, 2, 1), options), Error, "size of the frame");
});
