import fc from "fast-check";
import { JpegCodec } from "../../../../models/image/jpeg/codec.ts";
import { PixelPool } from "../../../../models/image/pixel_pool.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { difference, makeJpeg, makePicture, truncated, withSegment } from "../fixtures.ts";
import { makeFlatJpeg } from "./flat_jpeg.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";

const picture = makePicture(200, 120);

/** The colours in the middle of the first two blocks. */
async function blockColours(codec: JpegCodec, bytes: Uint8Array): Promise<number[][]> {
  const { width, data } = await codec.decode(bytes);
  return [4, 12].map((x) => [...data.slice((4 * width + x) * 3, (4 * width + x) * 3 + 3)]);
}

Deno.test("JpegCodec.decode() decodes colour, grey and progressive pictures", async () => {
  const codec = new JpegCodec(imageAssets);
  assert(difference(await codec.decode(await makeJpeg(picture)), picture) <= 8);
  assert(difference(await codec.decode(await makeJpeg(picture, { progressive: true })), picture) <= 8);
  const grey = await codec.decode(await makeJpeg(picture, { grey: true }));
  const expected = picture.data.map((_, at) => picture.data[at - at % 3]);
  assert(difference(grey, { ...picture, data: expected }) <= 8);
});

Deno.test("JpegCodec.decode() gives each picture its own memory, unless one was given back", async () => {
  const spare = new PixelPool();
  const codec = new JpegCodec(imageAssets, spare);
  const jpeg = await makeJpeg(picture);
  const [first, second] = [await codec.decode(jpeg), await codec.decode(await makeJpeg(makePicture(120, 200)))];
  assert(first.data.buffer !== second.data.buffer);
  assert(difference(first, picture) <= 8);
  spare.release(second);
  const third = await codec.decode(jpeg);
  assert(third.data.buffer === second.data.buffer);
  assertEquals(third.data, first.data);
  // What decoding puts into the realm for the time of a call is gone.
  assertEquals(new Uint8ClampedArray([300])[0], 255);
});

Deno.test("JpegCodec.decode() shows CMYK and YCCK with and without an Adobe marker as they look", async () => {
  const codec = new JpegCodec(imageAssets);
  const size = { width: 16, height: 8 };
  const flat = (colours: number[][], adobeTransform?: 0 | 2) =>
    makeFlatJpeg({ ...size, adobeTransform, colourOf: (column) => colours[column] });
  // Adobe stores 255 for no ink.
  assertEquals(
    await blockColours(codec, flat([[255, 0, 51, 255], [255, 255, 255, 51]], 0)),
    [[255, 0, 51], [51, 51, 51]],
  );
  // Without the marker 255 is full ink.
  assertEquals(
    await blockColours(codec, flat([[0, 255, 204, 0], [0, 0, 0, 204]])),
    [[255, 0, 51], [51, 51, 51]],
  );
  // YCCK: Y is the grey of the inverted C, M, Y.
  assertEquals(
    await blockColours(codec, flat([[55, 128, 128, 255], [255, 128, 128, 51]], 2)),
    [[200, 200, 200], [0, 0, 0]],
  );
});

Deno.test("JpegCodec.decode() reads past stray bytes that a camera left between segments", async () => {
  const codec = new JpegCodec(imageAssets);
  const jpeg = await makeJpeg(picture);
  const scan = jpeg.findIndex((value, at) => value === 0xff && jpeg[at + 1] === 0xda);
  const odd = concat([jpeg.subarray(0, scan), Uint8Array.of(1, 2, 3), jpeg.subarray(scan)]);
  assert(difference(await codec.decode(odd), picture) <= 8);
  const trailing = concat([jpeg, new TextEncoder().encode("a video follows")]);
  assert(difference(await codec.decode(trailing), picture) <= 8);
});

Deno.test("JpegCodec.decode() refuses a JPEG that is cut short, and works on, with memory that does not grow", async () => {
  const codec = new JpegCodec(imageAssets);
  const good = await makeJpeg(picture);
  const bad = [truncated(good), truncated(good, 0.4), withSegment(good, 0xc4, new Uint8Array(30).fill(7))];
  let settled = 0;
  for (let round = 0; round < 50; round++) {
    const error = await assertRejects(() => codec.decode(bad[round % bad.length]), DmlError);
    assertEquals(error.code, "image_unreadable");
    assert(difference(await codec.decode(good), picture) <= 8);
    if (round === 5) settled = codec.memoryBytes;
  }
  assertEquals(codec.memoryBytes, settled);
});

Deno.test("JpegCodec.decode() answers or refuses whatever damage a JPEG has", async () => {
  const codec = new JpegCodec(imageAssets);
  const small = makePicture(40, 30);
  const files = [
    await makeJpeg(small),
    await makeJpeg(small, { progressive: true }),
    makeFlatJpeg({ width: 16, height: 16, colourOf: () => [10, 20, 30, 40] }),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (file, edits) => {
        const bytes = file.slice();
        // Not in the size, which is checked before decoding.
        const frame = bytes.findIndex((value, at) => value === 0xff && (bytes[at + 1] & 0xfd) === 0xc0);
        for (const [at, value] of edits) {
          const place = at % bytes.length;
          if (place < frame || place > frame + 9) bytes[place] = value;
        }
        try {
          const { width, height, data } = await codec.decode(bytes);
          assertEquals(data.length, width * height * 3);
        } catch (error) {
          assert(error instanceof DmlError && error.code.startsWith("image_"), String(error));
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("JpegCodec.encode() writes what decodes to the same picture, from one pixel up", async () => {
  const codec = new JpegCodec(imageAssets);
  for (const [width, height] of [[1, 1], [2, 1], [1, 300], [17, 16], [333, 111]]) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => [180, 90, 40][at % 3]);
    const flat = { width, height, data };
    assert(difference(await codec.decode(await codec.encode(flat)), flat) <= 4);
  }
  assert(difference(await codec.decode(await codec.encode(picture)), picture) <= 12);
});

Deno.test("JpegCodec.encode() has room for noise that hardly compresses", async () => {
  const codec = new JpegCodec(imageAssets);
  for (const side of [1, 3, 16, 17, 100]) {
    const data = Uint8Array.from(
      { length: side * side * 3 },
      (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24,
    );
    for (let round = 0; round < 20; round++) {
      const bytes = await codec.encode({ width: side, height: side, data }, { quality: 100 });
      assertEquals([...bytes.slice(-2)], [0xff, 0xd9]);
      assertEquals((await codec.decode(bytes)).width, side);
    }
  }
});

Deno.test("JpegCodec.encode() makes smaller files at lower quality", async () => {
  const codec = new JpegCodec(imageAssets);
  const sizes: number[] = [];
  for (const quality of [95, 85, 30]) sizes.push((await codec.encode(picture, { quality })).length);
  assertEquals(sizes, [...sizes].sort((one, other) => other - one));
  assertEquals((await codec.encode(picture)).length, sizes[1]);
});
