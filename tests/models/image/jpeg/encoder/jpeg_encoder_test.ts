import fc from "fast-check";
import { JpegCodec } from "../../../../../models/image/jpeg/codec.ts";
import { JpegEncoder } from "../../../../../models/image/jpeg/encoder/jpeg_encoder.ts";
import type { Picture } from "../../../../../models/image/picture.ts";
import { InvariantError } from "../../../../../protocol/kernel/invariant.ts";
import { samplePhotos } from "../../../../../tools/sample_photos.ts";
import { assert, assertEquals, assertThrows } from "../../../../assert.ts";
import { imageAssets } from "../../asset_source.ts";
import { startLibjpegTurbo } from "./libjpeg_turbo.ts";
import { anyPicture, contents, madePicture } from "./made_pictures.ts";

const libjpegTurbo = await startLibjpegTurbo();
const encoder = new JpegEncoder();

/**
 * Returns the index of the first byte in which two files differ; `null` if they are equal. It is
 * easier to read than both files.
 */
function firstDifference(one: Uint8Array, other: Uint8Array): number | null {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 ? at : one.length === other.length ? null : one.length;
}

function assertSameFile(picture: Picture, quality: number): void {
  const { width, height } = picture;
  const found = firstDifference(encoder.encode(picture, quality), libjpegTurbo(picture, quality));
  assertEquals(found, null, `${width} x ${height} at quality ${quality}`);
}

Deno.test("JpegEncoder.encode() writes the files of libjpeg-turbo, whatever the size, the picture and the quality", () => {
  fc.assert(
    fc.property(anyPicture(70), fc.integer({ min: 1, max: 100 }), assertSameFile),
    { numRuns: 400 },
  );
});

Deno.test("JpegEncoder.encode() writes the files of libjpeg-turbo at every edge that an MCU of 16 x 16 can have", () => {
  for (let width = 1; width <= 18; width++) {
    for (let height = 1; height <= 18; height++) {
      const content = contents[(width + height) % contents.length];
      assertSameFile(madePicture({ width, height, content, seed: width * height }), 85);
    }
  }
});

Deno.test("JpegEncoder.encode() writes the files of libjpeg-turbo at every quality", () => {
  for (let quality = 1; quality <= 100; quality++) {
    for (const content of contents) {
      assertSameFile(madePicture({ width: 40, height: 33, content, seed: quality }), quality);
    }
  }
});

Deno.test("JpegEncoder.encode() writes the files of libjpeg-turbo of pictures wider than what it takes at once", () => {
  for (const width of [1_023, 1_024, 1_025, 1_033, 2_047, 2_049, 4_321]) {
    assertSameFile(madePicture({ width, height: 35, content: "noise", seed: width }), 85);
  }
  assertSameFile(madePicture({ width: 65_500, height: 1, content: "gradient", seed: 3 }), 85);
  assertSameFile(madePicture({ width: 1, height: 65_500, content: "noise", seed: 4 }), 97);
  assertSameFile(madePicture({ width: 3_011, height: 2_007, content: "noise", seed: 5 }), 100);
});

Deno.test("JpegEncoder.encode() writes the files of libjpeg-turbo of real photos", async () => {
  const codec = new JpegCodec(imageAssets);
  for (const photo of await samplePhotos()) assertSameFile(await codec.decode(photo), 85);
});

Deno.test("JpegEncoder.encode() takes as much memory for any picture, and no more the second time", () => {
  const own = new JpegEncoder();
  assertEquals(own.memoryBytes, 0);
  own.encode(madePicture({ width: 8, height: 8, content: "flat", seed: 1 }), 85);
  const { memoryBytes } = own;
  assert(memoryBytes < 1_000_000);
  own.encode(madePicture({ width: 3_000, height: 700, content: "noise", seed: 2 }), 95);
  assertEquals(own.memoryBytes, memoryBytes);
});

Deno.test("JpegEncoder.encode() forgets a picture that it was stopped in", () => {
  const picture = madePicture({ width: 50, height: 50, content: "noise", seed: 9 });
  const expected = encoder.encode(picture, 85);
  let reads = 0;
  const torn = {
    ...picture,
    data: new Proxy(picture.data, {
      get: (target, name) => {
        if (name === "subarray" && reads++ > 20) throw new Error("gone");
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    }),
  };
  assertThrows(() => encoder.encode(torn, 85), Error, "gone");
  assertEquals(firstDifference(encoder.encode(picture, 85), expected), null);
});

Deno.test("JpegEncoder.encode() refuses what is no picture and no quality", () => {
  const refused = (picture: Picture, quality = 85) =>
    assertThrows(() => encoder.encode(picture, quality), InvariantError);
  const pixel = { width: 1, height: 1, data: new Uint8Array(3) };
  refused({ width: 0, height: 0, data: new Uint8Array(0) });
  refused({ width: 0, height: 5, data: new Uint8Array(0) });
  refused({ width: 65_501, height: 1, data: new Uint8Array(65_501 * 3) });
  refused({ ...pixel, data: new Uint8Array(4) });
  refused({ ...pixel, data: new Uint8Array(2) });
  for (const quality of [0, 101, 50.5, NaN]) refused(pixel, quality);
});
