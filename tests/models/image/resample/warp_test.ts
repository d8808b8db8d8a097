import fc from "fast-check";
import type { Picture } from "../../../../models/image/picture.ts";
import {
  invertSimilarity,
  type Similarity,
  similarityTransform,
} from "../../../../models/image/geometry/similarity.ts";
import { warp } from "../../../../models/image/resample/warp.ts";
import { assert, assertAlmostEquals, assertEquals } from "../../../assert.ts";
import { makePicture } from "../fixtures.ts";

const PLAIN = { mean: 0, scale: 1 };

Deno.test("warp() by nothing copies the picture", () => {
  const picture = makePicture(9, 9);
  const into = new Float32Array(9 * 9 * 3);
  const transform = { a: 1, b: 0, shiftX: 0, shiftY: 0 };
  warp(picture, { side: 9, transform, ...PLAIN, into });
  for (let pixel = 0; pixel < 81; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      assertAlmostEquals(into[channel * 81 + pixel], picture.data[pixel * 3 + channel], 1e-3);
    }
  }
});

Deno.test("warp() by a quarter turn turns the picture, and normalises", () => {
  const picture = makePicture(8, 8);
  const into = new Float32Array(8 * 8 * 3);
  // (x, y) goes to (8 - y, x): clockwise, as y grows downwards.
  warp(picture, {
    side: 8,
    transform: { a: 0, b: 1, shiftX: 8, shiftY: 0 },
    mean: 127,
    scale: 1 / 128,
    into,
  });
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      const expected = (picture.data[((7 - x) * 8 + y) * 3] - 127) / 128;
      assertAlmostEquals(into[y * 8 + x], expected, 1e-4);
    }
  }
});

Deno.test("warp() shows a smooth picture at the place that the transform says, shrinking or enlarging", () => {
  // A linear gradient: its value is known at every place, and every symmetric mean equals the value
  // in the centre.
  const [width, height] = [300, 300];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.fill(Math.floor(x / 3 + y / 3), (y * width + x) * 3, (y * width + x) * 3 + 3);
  }
  const angle = fc.double({ min: -0.5, max: 0.5, noNaN: true });
  const zoom = fc.double({ min: 0.2, max: 3, noNaN: true });
  fc.assert(
    fc.property(angle, zoom, (turn, factor) => {
      const corner = (x: number, y: number) => ({
        x: 150 + (Math.cos(turn) * x - Math.sin(turn) * y) / factor,
        y: 150 + (Math.sin(turn) * x + Math.cos(turn) * y) / factor,
      });
      const side = 16;
      const transform = similarityTransform([corner(-8, -8), corner(8, -8), corner(8, 8)], [
        { x: 0, y: 0 },
        { x: 16, y: 0 },
        { x: 16, y: 16 },
      ]);
      const into = new Float32Array(side * side * 3);
      warp({ width, height, data }, { side, transform, ...PLAIN, into });
      for (const [x, y] of [[0, 0], [15, 3], [7, 8], [2, 15]]) {
        const place = corner(x - 7.5, y - 7.5);
        const expected = (place.x + place.y - 1) / 3;
        // The plane is made of whole numbers: up to 2/3 below what it stands for.
        assertAlmostEquals(into[y * side + x], expected - 1 / 3, 0.8);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("warp() takes the mean where it shrinks", () => {
  const [width, height] = [64, 64];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (Math.floor(at / 3) & 1) * 200);
  const into = new Float32Array(16 * 16 * 3);
  warp({ width, height, data }, {
    side: 16,
    transform: { a: 1 / 4, b: 0, shiftX: 0, shiftY: 0 },
    ...PLAIN,
    into,
  });
  // Columns of 0 and 200 in turn: grey, not stripes.
  for (const value of into) assert(value > 60 && value < 140, String(value));
});

Deno.test("warp() goes on with the border's pixels outside the picture", () => {
  const picture = { width: 1, height: 1, data: Uint8Array.of(10, 20, 30) };
  const into = new Float32Array(4 * 4 * 3);
  const transform = { a: 1, b: 0.3, shiftX: -90, shiftY: 55 };
  warp(picture, { side: 4, transform, ...PLAIN, into });
  assertEquals([into[0], into[15], into[16], into[47]], [10, 10, 20, 30]);
});

Deno.test("warp() makes to the bit what one sample after the other makes, however large, turned, or far outside", () => {
  const shift = fc.double({ min: -400, max: 400, noNaN: true });
  const zoom = fc.double({ min: -6, max: 3, noNaN: true }).map((power) => 2 ** power);
  const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
  const size = fc.record({ width: fc.integer({ min: 1, max: 700 }), height: fc.integer({ min: 1, max: 700 }) });
  fc.assert(
    fc.property(
      size,
      fc.integer({ min: 1, max: 24 }),
      zoom,
      angle,
      shift,
      shift,
      (size, side, zoom, angle, shiftX, shiftY) => {
        const picture = makePicture(size.width, size.height);
        const transform = { a: zoom * Math.cos(angle), b: zoom * Math.sin(angle), shiftX, shiftY };
        const options = { side, transform, mean: 127.5, scale: 1 / 128 };
        const into = new Float32Array(side * side * 3);
        warp(picture, { ...options, into });
        assertEquals(into, plainWarp(picture, options));
      },
    ),
    { numRuns: 200 },
  );
});

/** The same, sample by sample. */
function plainWarp(
  { width, height, data }: Picture,
  { side, transform, mean, scale }: { side: number; transform: Similarity; mean: number; scale: number },
): Float32Array {
  const back = invertSimilarity(transform);
  const samples = Math.min(Math.max(Math.ceil(Math.hypot(back.a, back.b) / 1.5), 1), 4);
  const into = new Float32Array(side * side * 3);
  const fixed = (place: number, last: number) => Math.trunc(Math.min(Math.max(place, 0), last * 256));
  for (let to = 0; to < side * side; to++) {
    const sums = [0, 0, 0];
    for (let row = 0; row < samples; row++) {
      const [x, y] = [to % side + 0.5 / samples, Math.floor(to / side) + (row + 0.5) / samples];
      let placeX = (back.a * x - back.b * y + back.shiftX - 0.5) * 256;
      let placeY = (back.b * x + back.a * y + back.shiftY - 0.5) * 256;
      for (let column = 0; column < samples; column++) {
        const [atX, atY] = [fixed(placeX, width - 1), fixed(placeY, height - 1)];
        for (const [right, down] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
          const weight = Math.abs(256 - 256 * right - atX % 256) * Math.abs(256 - 256 * down - atY % 256);
          if (weight === 0) continue;
          const from = ((Math.floor(atY / 256) + down) * width + Math.floor(atX / 256) + right) * 3;
          for (let channel = 0; channel < 3; channel++) sums[channel] += data[from + channel] * weight;
        }
        placeX += back.a * (1 / samples) * 256;
        placeY += back.b * (1 / samples) * 256;
      }
    }
    const factor = scale / (samples * samples * 256 * 256);
    sums.forEach((sum, channel) => into[channel * side * side + to] = sum * factor - mean * scale);
  }
  return into;
}
