import { readImageHeader } from "../../../../models/image/format.ts";
import { orient } from "../../../../models/image/geometry/orient.ts";
import { createImageCodec } from "../../../../models/image/image_codec.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { difference, makePicture, truncated } from "../fixtures.ts";
import { containJxl, makeJxl, makeJxlHeader, TURNED_JXL } from "./jxl_writer.ts";

const picture = makePicture(60, 40);
const codec = createImageCodec(imageAssets);

function refusal(bytes: Uint8Array): DmlError {
  return assertThrows(() => readImageHeader(bytes), DmlError);
}

Deno.test("ImageCodec.decode() decodes a JPEG XL, bare, in a container, and in a container in parts", async () => {
  const bare = await makeJxl(picture);
  for (const bytes of [bare, containJxl(bare), containJxl(bare, [3, 20])]) {
    assertEquals(difference(await codec.decode(bytes), picture), 0);
  }
});

Deno.test("ImageCodec.decode() turns a JPEG XL upright, once", async () => {
  const upright = await codec.decode(TURNED_JXL);
  assertEquals([upright.width, upright.height], [40, 60]);
  assert(difference(upright, orient(picture, 6)) <= 16);
});

Deno.test("ImageCodec.decode() puts a transparent JPEG XL on white", async () => {
  const { data } = await codec.decode(await makeJxl(picture, { alphaAt: (pixel) => pixel === 0 ? 0 : 255 }));
  assertEquals(data.slice(0, 6), Uint8Array.of(255, 255, 255, ...picture.data.slice(3, 6)));
});

Deno.test("readImageHeader() reads the size of a JPEG XL however it is written", () => {
  const plain = { width: 5000, height: 300 };
  const headers = [
    makeJxlHeader(plain),
    makeJxlHeader({ ...plain, hasExtras: true }),
    makeJxlHeader({ ...plain, channels: [{ type: 0, name: "alpha" }, { type: 2 }, { type: 5 }, { type: 1 }] }),
    makeJxlHeader({ width: 300, height: 5000, orientation: 6 }),
    makeJxlHeader({ ...plain, orientation: 4 }),
  ];
  for (const bytes of headers) {
    const { width, height, orientation } = readImageHeader(bytes);
    assertEquals([width, height, orientation], [5000, 300, 1]);
  }
});

Deno.test("readImageHeader() refuses a JPEG XL that is CMYK, too large for its decoder, or cut short", () => {
  const plain = { width: 64, height: 48 };
  for (const before of [[], [{ type: 0 }], [{ type: 2, name: "gold" }, { type: 5 }]]) {
    const cmyk = makeJxlHeader({ ...plain, hasExtras: true, channels: [...before, { type: 4, name: "black" }] });
    assertEquals([refusal(cmyk).code, refusal(cmyk).message], ["image_unsupported", "The JPEG XL is CMYK."]);
  }
  const side = Math.sqrt(LIMITS.jxlPixelsMax);
  assertEquals(readImageHeader(makeJxlHeader({ width: side, height: side })).width, side);
  const huge = refusal(makeJxlHeader({ width: side, height: side + 1 }));
  assertEquals(huge.code, "image_too_large");
  assertEquals(
    huge.message,
    `The JPEG XL is ${side} x ${side + 1} pixels; at most 25 million are read of that format.`,
  );
  const header = makeJxlHeader(plain);
  for (let length = 2; length < header.length; length++) {
    assertEquals(refusal(header.subarray(0, length)).code, "image_unreadable");
  }
  assertEquals(refusal(containJxl(new Uint8Array())).code, "image_unreadable");
});

Deno.test("ImageCodec.decode() refuses a JPEG XL that is cut short anywhere, or damaged", async () => {
  const bytes = await makeJxl(picture);
  for (const share of [0.05, 0.3, 0.6, 0.95]) {
    const error = await assertRejects(() => codec.decode(truncated(bytes, share)), DmlError);
    assertEquals(error.code, "image_unreadable");
  }
  const zeroed = Uint8Array.from(bytes, (byte, at) => at < 40 ? byte : 0);
  assertEquals((await assertRejects(() => codec.decode(zeroed), DmlError)).code, "image_unreadable");
});
