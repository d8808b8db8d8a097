import { checkMemory, plainJpegScale } from "../../../models/image/memory_budget.ts";
import { createImageCodec } from "../../../models/image/image_codec.ts";
import { readJpegHeader } from "../../../models/image/jpeg/header.ts";
import { DmlError, type ErrorCode } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "../../assert.ts";
import { imageAssets } from "./asset_source.ts";
import { makePicture } from "./fixtures.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const LARGE = { width: 10_000, height: 10_000 };

function codeOf(error: unknown): ErrorCode | null {
  return error instanceof DmlError ? error.code : null;
}

Deno.test("plainJpegScale() takes the largest scale that fits into memory", () => {
  assertEquals(plainJpegScale(LARGE, Infinity), 1);
  assertEquals(plainJpegScale(LARGE, GIB), 1);
  assertEquals(plainJpegScale(LARGE, 400 * MIB), 2);
  assertEquals(plainJpegScale(LARGE, 100 * MIB), 4);
  assertEquals(plainJpegScale(LARGE, 40 * MIB), 8);
  assertEquals(plainJpegScale({ width: 30_000, height: 30_000 }, 0), null);
});

Deno.test("a small picture always fits", () => {
  const photo = { width: 1_920, height: 1_080 };
  assertEquals(plainJpegScale(photo, -GIB), 1);
  checkMemory("png", photo, -GIB);
});

Deno.test("checkMemory() refuses by name what does not fit", () => {
  checkMemory("png", LARGE, 2 * GIB);
  const error = assertThrows(() => checkMemory("png", LARGE, 512 * MIB), DmlError);
  assertEquals(codeOf(error), "memory_low");
  assertStringIncludes(error.message, "10000 x 10000 pixels");
  assertStringIncludes(error.message, "about 33.6 million");
  checkMemory("webp", { width: 5_000, height: 5_000 }, GIB);
  assertThrows(() => checkMemory("jxl", { width: 5_000, height: 5_000 }, GIB), DmlError);
});

Deno.test("ImageCodec.decode() reduces a JPEG that takes too much memory, if it may", async () => {
  const codec = createImageCodec(imageAssets);
  const jpeg = await codec.encodeJpeg(makePicture(3_000, 2_000));
  const memoryBytes = 33 * MIB;
  const reduced = await codec.decode(jpeg, { memoryBytes, mayReduce: true });
  assertEquals([reduced.width, reduced.height, reduced.original], [1_500, 1_000, { width: 3_000, height: 2_000 }]);
  assertEquals(codeOf(await assertRejects(() => codec.decode(jpeg, { memoryBytes }))), "memory_low");
  const whole = await codec.decode(jpeg, { memoryBytes: 64 * MIB, mayReduce: true });
  assertEquals([whole.width, whole.original], [3_000, undefined]);
  const small = await codec.decode(jpeg, { memoryBytes, mayReduce: true, sideMin: 700 });
  assertEquals(small.width, 750);
});

/** Returns the start of a grey progressive JPEG with this many scans without data. */
function withScans(scans: number, { width, height }: { width: number; height: number }): Uint8Array {
  const frame = [0xff, 0xc2, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0];
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0];
  return Uint8Array.from([0xff, 0xd8, ...frame, ...Array.from({ length: scans }, () => scan).flat(), 0xff, 0xd9]);
}

Deno.test("readJpegHeader() bounds the pixels of all scans together", () => {
  const size = { width: 8_800, height: 8_800 };
  assert(readJpegHeader(withScans(19, size)).progressive);
  assert(readJpegHeader(withScans(253, { width: 2_000, height: 2_000 })).progressive);
  const error = assertThrows(() => readJpegHeader(withScans(253, size)), DmlError);
  assertEquals(codeOf(error), "image_too_large");
  assertStringIncludes(error.message, "253 scans of 8800 x 8800 pixels");
});
