import { readImageHeader } from "../../../../models/image/format.ts";
import type { Orientation } from "../../../../models/image/geometry/orientation.ts";
import { orient } from "../../../../models/image/geometry/orient.ts";
import { createImageCodec } from "../../../../models/image/image_codec.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { turnAvif } from "../avif/avif_writer.ts";
import { difference, makeAvif, makePicture, truncated } from "../fixtures.ts";
import { box, fullBox, letters, makeHeic } from "./heic_writer.ts";
import { HEVC } from "./hevc_pictures.ts";

/** The whole of which the writer has the quarters. */
const whole = makePicture(128, 128);
const codec = createImageCodec(imageAssets);

/** The part of the whole that begins at `left`, `top`. */
function part(width: number, height: number, { left = 0, top = 0 } = {}): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * whole.width + left) * 3;
    data.set(whole.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}

async function refusal(bytes: Uint8Array): Promise<DmlError> {
  return await assertRejects(() => codec.decode(bytes), DmlError);
}

Deno.test("ImageCodec.decode() decodes HEIC of every brand, of 8 and 10 bits a channel", async () => {
  for (const brand of ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]) {
    assert(difference(await codec.decode(makeHeic({ brand })), part(64, 64)) <= 8, brand);
  }
  assert(difference(await codec.decode(makeHeic({ picture: HEVC.deep, brand: "heix" })), part(64, 64)) <= 8);
});

Deno.test("ImageCodec.decode() puts the tiles of a HEIC together", async () => {
  assert(difference(await codec.decode(makeHeic({ grid: [100, 70] })), part(100, 70)) <= 8);
});

Deno.test("ImageCodec.decode() crops and turns a HEIC, once, as its properties say", async () => {
  const grid = [100, 70] as const;
  const turned: [{ quarters?: number; mirrorAxis?: 0 | 1 }, Orientation][] = [
    [{ quarters: 1 }, 8],
    [{ quarters: 2 }, 3],
    [{ quarters: 3 }, 6],
    [{ mirrorAxis: 1 }, 2],
    [{ mirrorAxis: 0 }, 4],
    [{ quarters: 1, mirrorAxis: 1 }, 7],
  ];
  for (const [turn, orientation] of turned) {
    const upright = await codec.decode(makeHeic({ grid, ...turn }));
    assert(difference(upright, orient(part(100, 70), orientation)) <= 8, JSON.stringify(turn));
  }
  const cropped = await codec.decode(makeHeic({ crop: [36, 20], quarters: 1 }));
  assert(difference(cropped, orient(part(36, 20, { left: 14, top: 22 }), 8)) <= 8);
});

Deno.test("ImageCodec.decode() puts a transparent HEIC on white", async () => {
  const { data } = await codec.decode(makeHeic({ alpha: HEVC.alpha }));
  const at = (x: number) => (32 * 64 + x) * 3;
  const expected = (x: number, alpha: number) =>
    [...part(64, 64).data.slice(at(x), at(x) + 3)].map((sample) => (sample * alpha + 255 * (255 - alpha)) / 255);
  for (const [x, alpha] of [[8, 64], [56, 255]]) {
    expected(x, alpha).forEach((sample, channel) => assert(Math.abs(data[at(x) + channel] - sample) <= 8));
  }
});

Deno.test("ImageCodec.decode() decodes AV1 that comes as HEIF, and turns it once", async () => {
  const picture = makePicture(60, 40);
  const heif = turnAvif(await makeAvif(picture), { quarters: 1 });
  heif.set(new TextEncoder().encode("mif1"), 8);
  assertEquals(readImageHeader(heif).format, "heif");
  assert(difference(await codec.decode(heif), orient(picture, 8)) <= 8);
});

Deno.test("ImageCodec.decode() refuses HEIF of another compression by its name", async () => {
  const error = await refusal(makeHeic({ itemType: "vvc1" }));
  assertEquals(error.code, "image_unsupported");
  assertEquals(error.message, "The HEIF is compressed by H.266; dml reads HEVC and AV1 in it.");
  assertStringIncludes((await refusal(makeHeic({ itemType: "zzzz" }))).message, '"zzzz"');
  const film = concat([box("ftyp", letters("hevc\0\0\0\0")), box("mdat"), box("moov", fullBox("mvhd", 0))]);
  assertEquals((await refusal(film)).message, "The HEIF is a film without a still picture.");
});

Deno.test("ImageCodec.decode() refuses a HEIC that lacks a part or is not of the size that it claims", async () => {
  for (const lacking of ["pitm", "iloc", "iinf", "iprp", "hdlr"]) {
    assertEquals((await refusal(makeHeic({ without: [lacking] }))).code, "image_unreadable", lacking);
  }
  for (const claim of [[2, 2], [60, 40], [9_000, 9_000]] as const) {
    assertEquals((await refusal(makeHeic({ claim }))).code, "image_unreadable");
  }
  assertEquals((await refusal(makeHeic({ grid: [100, 70], claim: [1_000, 700] }))).code, "image_unreadable");
  assertEquals((await refusal(makeHeic({ grid: [100, 70], without: ["iref"] }))).code, "image_unreadable");
  const error = assertThrows(() => readImageHeader(makeHeic({ claim: [30_000, 30_000] })), DmlError);
  assertEquals(error.code, "image_too_large");
});

Deno.test("ImageCodec.decode() refuses a HEIC that is cut short anywhere", async () => {
  for (const bytes of [makeHeic(), makeHeic({ grid: [100, 70] })]) {
    for (const share of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99]) {
      assertEquals((await refusal(truncated(bytes, share))).code, "image_unreadable", `${share}`);
    }
  }
});

Deno.test("ImageCodec.decode() answers or refuses whatever damage a HEIC has", async () => {
  const bytes = makeHeic({ grid: [100, 70], quarters: 1 });
  let refused = 0;
  for (let at = 8; at < bytes.length; at += 31) {
    try {
      await codec.decode(bytes.with(at, bytes[at] ^ 0x5a));
    } catch (error) {
      assert(error instanceof DmlError && error.code.startsWith("image_"), String(error));
      refused++;
    }
  }
  assert(refused > 10, `${refused} were refused`);
});
