import { createImageCodec } from "../../../models/image/image_codec.ts";
import { orient } from "../../../models/image/geometry/orient.ts";
import { toOrientation } from "../../../models/image/geometry/orientation.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { concat } from "../../../protocol/kernel/concat.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { imageAssets } from "./asset_source.ts";
import { turnAvif } from "./avif/avif_writer.ts";
import * as fixtures from "./fixtures.ts";
import { makeBmp } from "./bmp/bmp_writer.ts";
import { makeGif } from "./gif/gif_writer.ts";
import { makeHeic } from "./heic/heic_writer.ts";
import { makeJxl } from "./jxl/jxl_writer.ts";
import { makePng, makePngClaim } from "./png/png_writer.ts";
import { makeTiff } from "./tiff/tiff_writer.ts";
import { animateWebp } from "./webp/webp_writer.ts";

const picture = fixtures.makePicture(60, 40);
const base = {
  width: 60,
  height: 40,
  samplesAt: (x: number, y: number) => fixtures.colourAt(x / 60, y / 40),
} as const;

async function codeOf(bytes: Uint8Array): Promise<string> {
  const codec = createImageCodec(imageAssets);
  return (await assertRejects(() => codec.decode(bytes), DmlError)).code;
}

Deno.test("ImageCodec.decode() decodes every format", async () => {
  const codec = createImageCodec(imageAssets);
  const exact = [
    await makePng({ ...base, colourType: 2, depth: 8 }),
    await makeTiff({ ...base, photometric: 2, depth: 8 }),
    await fixtures.makeWebp(picture),
    await makeJxl(picture),
  ];
  for (const bytes of exact) assertEquals(fixtures.difference(await codec.decode(bytes), picture), 0);
  const near = [await fixtures.makeJpeg(picture), await fixtures.makeAvif(picture)];
  for (const bytes of near) assert(fixtures.difference(await codec.decode(bytes), picture) <= 8);
  const gif = makeGif({ ...base, palette: [[9, 8, 7]], frames: [{ ...base, indexAt: () => 0 }] });
  assertEquals((await codec.decode(gif)).data.slice(0, 3), Uint8Array.of(9, 8, 7));
});

Deno.test("ImageCodec.decode() turns the picture upright", async () => {
  const codec = createImageCodec(imageAssets);
  const jpeg = await fixtures.makeJpeg(picture);
  for (let number = 1; number <= 8; number++) {
    const upright = await codec.decode(fixtures.withOrientation(jpeg, number));
    const expected = orient(picture, toOrientation(number));
    assert(fixtures.difference(upright, expected) <= 8, `orientation ${number}`);
  }
});

Deno.test("ImageCodec.decode() decodes a plain JPEG at the smallest size that suffices, and says how large it was", async () => {
  const codec = createImageCodec(imageAssets);
  const large = fixtures.makePicture(163, 90);
  const jpeg = await fixtures.makeJpeg(large, { sampling: "4:2:0" });
  for (const [sideMin, side] of [[1, 21], [21, 21], [22, 41], [82, 82], [83, 163], [1_000, 163]]) {
    const { width, height, original, data } = await codec.decode(jpeg, { sideMin });
    assertEquals(width, side);
    assertEquals(data.length, width * height * 3);
    assertEquals(original, side === 163 ? undefined : { width: 163, height: 90 });
    const turned = await codec.decode(fixtures.withOrientation(jpeg, 6), { sideMin });
    assertEquals([turned.width, turned.height], [height, width]);
    assertEquals(turned.original, original && { width: 90, height: 163 });
  }
  // No other file is: its decoders know no such way.
  for (const other of [await fixtures.makeJpeg(large, { progressive: true }), jpeg.subarray(0, -2)]) {
    assertEquals((await codec.decode(other, { sideMin: 1 })).width, 163);
  }
});

Deno.test("ImageCodec.decode() says what is wrong with a picture that it turns upright", async () => {
  const codec = createImageCodec(imageAssets);
  const unended = (await fixtures.makeJpeg(picture)).subarray(0, -2);
  for (const orientation of [1, 6]) {
    const { flaw } = await codec.decode(fixtures.withOrientation(unended, orientation));
    assertEquals(flaw, "The JPEG lacks its end marker; nothing of the picture is missing.");
  }
});

Deno.test("ImageCodec.decode() turns an AVIF as its properties say", async () => {
  const codec = createImageCodec(imageAssets);
  const avif = await fixtures.makeAvif(picture);
  const upright = await codec.decode(turnAvif(avif, { quarters: 1 }));
  assert(fixtures.difference(upright, orient(picture, 8)) <= 8);
  const mirrored = await codec.decode(turnAvif(avif, { quarters: 0, mirrorAxis: 1 }));
  assert(fixtures.difference(mirrored, orient(picture, 2)) <= 8);
});

Deno.test("ImageCodec.decode() shows the first frame of an animated WebP on its canvas", async () => {
  const codec = createImageCodec(imageAssets);
  const frames = [picture, fixtures.makePicture(2, 2)];
  const webp = animateWebp(await Promise.all(frames.map(fixtures.makeWebp)), {
    canvas: { width: 64, height: 41 },
    frame: { ...base, left: 4, top: 0 },
  });
  const { width, height, data } = await codec.decode(webp);
  assertEquals([width, height], [64, 41]);
  assertEquals(data.slice(0, 12), new Uint8Array(12).fill(255));
  assertEquals(data.slice(12, 192), picture.data.slice(0, 180));
});

Deno.test("ImageCodec.decode() refuses bad pictures by name", async () => {
  const jpeg = await fixtures.makeJpeg(picture);
  assertEquals(await codeOf(new Uint8Array()), "image_empty");
  assertEquals(await codeOf(fixtures.makeText()), "image_unsupported");
  assertEquals(await codeOf(makePngClaim(30_000, 30_000)), "image_too_large");
  assertEquals(await codeOf(makePngClaim(300, 300)), "image_unreadable");
  assertEquals(await codeOf(fixtures.truncated(jpeg)), "image_unreadable");
  assertEquals(await codeOf(fixtures.truncated(await fixtures.makeWebp(picture))), "image_unreadable");
  assertEquals(await codeOf(fixtures.truncated(await fixtures.makeAvif(picture))), "image_unreadable");
});

Deno.test("ImageCodec.decode() decodes a picture of one pixel", async () => {
  const codec = createImageCodec(imageAssets);
  const pixel = fixtures.makePicture(1, 1);
  const samplesAt = () => [...pixel.data];
  const files = [
    await fixtures.makeJpeg(pixel),
    await makePng({ width: 1, height: 1, colourType: 2, depth: 16, samplesAt: () => [9, 9, 9] }),
    await makeTiff({ width: 1, height: 1, photometric: 2, depth: 8, samplesAt }),
    await fixtures.makeWebp(pixel),
    await fixtures.makeAvif(pixel),
    await makeJxl(pixel),
    makeHeic({ crop: [1, 1] }),
    makeBmp({ width: 1, height: 1, depth: 1, palette: [[1, 2, 3]], pixelAt: () => 0 }),
  ];
  for (const bytes of files) assertEquals((await codec.decode(bytes)).data.length, 3);
});

Deno.test("ImageCodec.decode() asks for an asset only when a picture needs it, and again after a failure", async () => {
  const asked: string[] = [];
  const codec = createImageCodec((name) => {
    asked.push(name);
    return asked.length === 1 ? Promise.reject(new Error("not there yet")) : imageAssets(name);
  });
  await codec.decode(await makePng({ ...base, colourType: 2, depth: 8 }));
  await codec.decode(await fixtures.makeJpeg(picture));
  assertEquals(asked, []);
  const jpeg = await fixtures.makeJpeg(picture, { progressive: true });
  await assertRejects(() => codec.decode(jpeg), Error, "not there yet");
  await codec.decode(jpeg);
  await codec.encodeJpeg(picture);
  assertEquals(asked, ["libjpeg-turbo.wasm", "libjpeg-turbo.wasm"]);
});

Deno.test("ImageCodec.decode() takes the first picture of an MPO", async () => {
  const codec = createImageCodec(imageAssets);
  const other = await fixtures.makeJpeg(fixtures.makePicture(9, 7));
  const index = new TextEncoder().encode("MPF\0II*\0\x08\0\0\0\0\0\0\0\0\0");
  for (const progressive of [false, true]) {
    const first = fixtures.withSegment(await fixtures.makeJpeg(picture, { progressive }), 0xe2, index);
    const mpo = concat([first, other, new Uint8Array(16)]);
    assert(fixtures.difference(await codec.decode(mpo), picture) <= 8);
  }
});

Deno.test("ImageCodec.decode() says which codec could not be loaded or started", async () => {
  const pictures = { "libheif.wasm": makeHeic(), "jxl-decoder.wasm": await makeJxl(picture) };
  // WebAssembly that imports a function that no codec has.
  const wrong = Uint8Array.from(
    "\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x08\x01\x02zz\x01q\0\0",
    (letter) => letter.charCodeAt(0),
  );
  for (const [name, bytes] of Object.entries(pictures)) {
    for (const file of [Uint8Array.of(1, 2, 3), wrong]) {
      const codec = createImageCodec(() => Promise.resolve(file));
      const error = await assertRejects(() => codec.decode(bytes), DmlError);
      assertEquals(error.code, "assets_missing");
      assert(error.message.startsWith(`The file ${name} cannot be used: `), error.message);
    }
    const lost = createImageCodec(() => Promise.reject(new DmlError("assets_missing", `No ${name}.`)));
    assertEquals((await assertRejects(() => lost.decode(bytes), DmlError)).message, `No ${name}.`);
  }
});
