import fc from "fast-check";
import { decodeTiff as decode } from "../../../../models/image/tiff/decoder.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "../../../assert.ts";
import { makeTiff, type TiffOptions } from "./tiff_writer.ts";

/** Decodes a TIFF that holds no JPEG. */
const decodeTiff = (bytes: Uint8Array) => decode(bytes, () => Promise.reject(new Error("no JPEG is expected")));

const gradient = (x: number, y: number) => [(x * 9 + y) & 255, (y * 11) & 255, (x ^ y) & 255];

Deno.test("decodeTiff() decodes strips and tiles, planar or not, of every compression", async () => {
  const side = fc.integer({ min: 1, max: 40 });
  const options = fc.record({
    width: side,
    height: side,
    depth: fc.constantFrom(8 as const, 16 as const),
    compression: fc.constantFrom(1 as const, 5 as const, 8 as const, 32773 as const),
    bigEndian: fc.boolean(),
    planar: fc.boolean(),
    differences: fc.boolean(),
    rowsPerStrip: side,
    tile: fc.constantFrom(undefined, [16, 16] as const, [32, 16] as const),
  });
  await fc.assert(
    fc.asyncProperty(options, async (chosen) => {
      const samplesAt: TiffOptions["samplesAt"] = (x, y) =>
        gradient(x, y).map((value) => chosen.depth === 16 ? value * 256 + (x & 255) : value);
      const tiff = await makeTiff({ ...chosen, photometric: 2, samplesAt });
      const { width, height, data } = await decodeTiff(tiff);
      assertEquals([width, height], [chosen.width, chosen.height]);
      const expected = Array.from(
        { length: width * height },
        (_, pixel) => gradient(pixel % width, Math.floor(pixel / width)),
      );
      assertEquals(data, Uint8Array.from(expected.flat()));
    }),
    { numRuns: 120 },
  );
});

Deno.test("decodeTiff() unpacks LZW past the end of its code table", async () => {
  const [width, height] = [200, 150];
  const samplesAt = (x: number, y: number) => [Math.imul(x + y * 997, 0x9e3779b1) >>> 24];
  const tiff = await makeTiff({ width, height, photometric: 1, depth: 8, compression: 5, samplesAt });
  const { data } = await decodeTiff(tiff);
  for (let pixel = 0; pixel < width * height; pixel++) {
    assertEquals(data[pixel * 3], samplesAt(pixel % width, Math.floor(pixel / width))[0]);
  }
});

Deno.test("decodeTiff() shows grey, palette, CMYK and transparent pixels as they look", async () => {
  const base = { width: 1, height: 1 } as const;
  const cases: [TiffOptions, number[]][] = [
    [{ ...base, photometric: 0, depth: 1, samplesAt: () => [1] }, [0, 0, 0]],
    [{ ...base, photometric: 1, depth: 4, samplesAt: () => [5] }, [85, 85, 85]],
    [
      {
        ...base,
        photometric: 3,
        depth: 4,
        samplesAt: () => [2],
        tags: { 320: Array.from({ length: 48 }, (_, index) => index * 256) },
      },
      [2, 18, 34],
    ],
    [{ ...base, photometric: 5, depth: 8, samplesAt: () => [255, 0, 51, 51] }, [0, 204, 163]],
    [
      { ...base, photometric: 2, depth: 8, samplesAt: () => [0, 100, 200, 51], tags: { 338: [2] } },
      [204, 224, 244],
    ],
    [
      { ...base, photometric: 2, depth: 8, samplesAt: () => [0, 10, 51, 51], tags: { 338: [1] } },
      [204, 214, 255],
    ],
  ];
  for (const [options, colour] of cases) {
    assertEquals([...(await decodeTiff(await makeTiff(options))).data], colour);
  }
});

Deno.test("decodeTiff() refuses a TIFF that is cut short, and names what it cannot read", async () => {
  const options = { width: 30, height: 30, photometric: 2, depth: 8, samplesAt: gradient } as const;
  for (const compression of [1, 5, 8, 32773] as const) {
    const tiff = await makeTiff({ ...options, compression });
    // The strip's byte count is halved, as the directory at the end has to stay.
    const short = await makeTiff({ ...options, compression, tags: { 279: [tiff.length >> 2] } });
    const error = await assertRejects(() => decodeTiff(short), DmlError);
    assertEquals(error.code, "image_unreadable");
  }
  const other = await makeTiff({ ...options, tags: { 259: [34925] } });
  const error = await assertRejects(() => decodeTiff(other), DmlError);
  assertEquals(error.code, "image_unsupported");
  assertStringIncludes(error.message, "LZMA");
});
