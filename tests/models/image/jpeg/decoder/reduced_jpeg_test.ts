import fc from "fast-check";
import { JpegDecoder } from "../../../../../models/image/jpeg/decoder/jpeg_decoder.ts";
import type { ScaleDenominator } from "../../../../../models/image/jpeg/decoder/reduced_size.ts";
import { PixelPool } from "../../../../../models/image/pixel_pool.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import { makeCoefficientJpeg } from "./coefficient_jpeg.ts";
import { REDUCED_FILES } from "./reduced_files.ts";

/**
 * The sizes and the first 16 digits of the SHA-256 of the pixels that libjpeg-turbo 2.1.5 makes of
 * these files (`djpeg -scale 1/N -rgb`); `null` where chroma would be repeated, not interpolated.
 */
const BY_LIBJPEG: Readonly<Record<string, Readonly<Record<2 | 4 | 8, string | null>>>> = {
  "photo 1": { 2: "960x640 2963a37b62a67d60", 4: "480x320 2d6afe65ab362769", 8: null },
  "photo 4": { 2: "960x724 cc9c06e40f8d3310", 4: "480x362 891ff2a04972fbc4", 8: null },
  grey: { 2: "87x46 d30d473df527cf8e", 4: "44x23 4637fd656e8ea03b", 8: "22x12 84577daee9c0c071" },
  "4:4:4": { 2: "87x46 0cff5587f0a93800", 4: "44x23 f4ee4571e72a31ba", 8: "22x12 b8c517caab0b4dbc" },
  "4:2:2": { 2: "87x46 691413664d1d91a5", 4: "44x23 aec0dc7e505bf57a", 8: null },
  "4:2:0": { 2: "87x46 fe8358ea44f670f9", 4: "44x23 9daf454cc9653876", 8: "22x12 6c70b081bfffa209" },
  extreme: { 2: "67x39 7b8bdd2da3207f81", 4: "34x20 dde04be23558a5e2", 8: "17x10 ca689e482fbbee4f" },
};
const DENOMINATORS = [2, 4, 8] as const;

async function digestOf(data: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data.slice())).toHex().slice(0, 16);
}

Deno.test("JpegDecoder.decode() makes the very pixels of libjpeg-turbo at half, a quarter and an eighth of the size", async () => {
  const decoder = new JpegDecoder();
  assertEquals(Object.keys(REDUCED_FILES), Object.keys(BY_LIBJPEG));
  for (const [name, bytes] of Object.entries(REDUCED_FILES)) {
    for (const scaleDenominator of DENOMINATORS) {
      const picture = decoder.decode(bytes, new PixelPool(), { scaleDenominator });
      const shown = picture && `${picture.width}x${picture.height} ${await digestOf(picture.data)}`;
      assertEquals(shown, BY_LIBJPEG[name][scaleDenominator], `${name}, 1/${scaleDenominator}`);
    }
  }
});

Deno.test("JpegDecoder.decode() shows flat blocks in their colour at any size and scale", async () => {
  const side = fc.integer({ min: 1, max: 90 });
  const factors = fc.constantFrom<[number, number][]>([[1, 1]], [[1, 1], [1, 1], [1, 1]], [[2, 2], [1, 1], [1, 1]]);
  const decoder = new JpegDecoder();
  await fc.assert(
    fc.property(side, side, factors, fc.integer({ min: -128, max: 127 }), (width, height, factors, level) => {
      const steps = new Array(64).fill(8);
      // Narrower chroma is not decoded at the full size, at no matter which scale it is asked for.
      if (width < 5 && factors[0][0] === 2) return;
      const jpeg = makeCoefficientJpeg({
        width,
        height,
        factors,
        steps,
        blockOf: (component) => [component === 0 ? level : 0],
      });
      for (const scaleDenominator of [1, ...DENOMINATORS] satisfies ScaleDenominator[]) {
        const picture = decoder.decode(jpeg, new PixelPool(), { scaleDenominator });
        assert(picture !== null);
        const [across, down] = [width, height].map((side) => Math.ceil(side / scaleDenominator));
        assertEquals([picture.width, picture.height], [across, down]);
        assertEquals(picture.data, new Uint8Array(across * down * 3).fill(128 + level));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("JpegDecoder.decode() leaves blocks of too large numbers, and decodes the next picture", () => {
  const decoder = new JpegDecoder();
  const jpegOf = (value: number) =>
    makeCoefficientJpeg({
      width: 8,
      height: 8,
      factors: [[1, 1]],
      steps: new Array(64).fill(100),
      blockOf: () => [1, value, -value],
    });
  for (const scaleDenominator of DENOMINATORS) {
    assertEquals(decoder.decode(jpegOf(81), new PixelPool(), { scaleDenominator }), null);
    assert(decoder.decode(jpegOf(79), new PixelPool(), { scaleDenominator }) !== null);
  }
});
