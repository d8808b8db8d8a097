import fc from "fast-check";
import { decodeGif } from "../../../../models/image/gif/decoder.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { makeGif } from "./gif_writer.ts";

const palette = Array.from({ length: 256 }, (_, index) => [index, 255 - index, (index * 5) & 255]);

Deno.test("decodeGif() decodes what was encoded, interlaced or not", () => {
  const side = fc.integer({ min: 1, max: 90 });
  fc.assert(
    fc.property(side, side, fc.boolean(), fc.constantFrom(2, 4, 16, 256), (width, height, interlaced, colours) => {
      const indexAt = (x: number, y: number) => (x * x + y * 31 + (x ^ y)) % colours;
      const frames = [{ width, height, indexAt, interlaced }];
      const { data } = decodeGif(makeGif({ width, height, palette: palette.slice(0, colours), frames }));
      const expected = Array.from(
        { length: width * height },
        (_, pixel) => palette[indexAt(pixel % width, Math.floor(pixel / width))],
      );
      assertEquals(data, Uint8Array.from(expected.flat()));
    }),
    { numRuns: 60 },
  );
});

Deno.test("decodeGif() shows the first frame of an animation, the uncovered part in white", () => {
  const gif = makeGif({
    width: 3,
    height: 2,
    palette: [[1, 2, 3], [4, 5, 6]],
    frames: [
      { left: 1, top: 1, width: 5, height: 5, transparent: 1, indexAt: (x) => x & 1 },
      { width: 3, height: 2, indexAt: () => 1 },
    ],
  });
  const white = [255, 255, 255];
  assertEquals([...decodeGif(gif).data], [white, white, white, white, [1, 2, 3], white].flat());
});

Deno.test("decodeGif() refuses a GIF that is cut short, wherever it is cut", () => {
  const indexAt = (x: number, y: number) => (x * y) & 255;
  const gif = makeGif({ width: 30, height: 30, palette, frames: [{ width: 30, height: 30, indexAt }] });
  for (let length = 13; length < gif.length - 3; length += 7) {
    const error = assertThrows(() => decodeGif(gif.subarray(0, length)), DmlError);
    assertEquals(error.code, "image_unreadable");
  }
});

Deno.test("decodeGif() refuses a frame of more pixels than a picture may have, before it decodes any", () => {
  const gif = makeGif({
    width: 1,
    height: 1,
    palette: [[1, 2, 3]],
    frames: [{ width: 7, height: 9, indexAt: () => 0 }],
  });
  const size = gif.findIndex((byte, at) => byte === 7 && gif[at + 2] === 9);
  const claim = (width: number, height: number) => {
    const view = new DataView(gif.buffer);
    view.setUint16(size, width, true);
    view.setUint16(size + 2, height, true);
    return assertThrows(() => decodeGif(gif), DmlError).code;
  };
  assertEquals(claim(10_001, 10_000), "image_too_large");
  assertEquals(claim(65_535, 65_535), "image_too_large");
  assertEquals(claim(10_000, 10_000), "image_unreadable");
});
