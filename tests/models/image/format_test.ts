import fc from "fast-check";
import { readImageHeader } from "../../../models/image/format.ts";
import type { ImageFormat } from "../../../models/image/formats.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { uint32 } from "./byte_writer.ts";
import * as fixtures from "./fixtures.ts";
import { makeBmp } from "./bmp/bmp_writer.ts";
import { makeGif } from "./gif/gif_writer.ts";
import { makeHeic } from "./heic/heic_writer.ts";
import { makeJxl } from "./jxl/jxl_writer.ts";
import { makePng, makePngClaim } from "./png/png_writer.ts";
import { makeExif, makeTiff } from "./tiff/tiff_writer.ts";
import { concat } from "../../../protocol/kernel/concat.ts";

const picture = fixtures.makePicture(37, 21);
const samplesAt = () => [1, 2, 3];

/** Makes one small file of every format. */
async function makeAll(): Promise<Record<ImageFormat, Uint8Array>> {
  const { width, height } = picture;
  const palette = [[0, 0, 0], [255, 0, 0]];
  return {
    jpeg: await fixtures.makeJpeg(picture),
    png: await makePng({ width, height, colourType: 2, depth: 8, samplesAt }),
    gif: makeGif({ width, height, palette, frames: [{ width, height, indexAt: () => 1 }] }),
    tiff: await makeTiff({ width, height, photometric: 2, depth: 8, samplesAt }),
    webp: await fixtures.makeWebp(picture),
    avif: await fixtures.makeAvif(picture),
    heic: makeHeic({ crop: [37, 21] }),
    heif: makeHeic({ crop: [37, 21], brand: "mif1" }),
    jxl: await makeJxl(picture),
    bmp: makeBmp({ width, height, depth: 24, pixelAt: () => 0 }),
  };
}

function codeOf(bytes: Uint8Array): string {
  return assertThrows(() => readImageHeader(bytes), DmlError).code;
}

Deno.test("readImageHeader() reads the size of every format", async () => {
  for (const [format, bytes] of Object.entries(await makeAll())) {
    assertEquals(readImageHeader(bytes), {
      format: readImageHeader(bytes).format,
      width: 37,
      height: 21,
      orientation: 1,
    });
    assertEquals<string>(readImageHeader(bytes).format, format);
  }
});

Deno.test("readImageHeader() refuses an empty picture", () => {
  assertEquals(codeOf(new Uint8Array()), "image_empty");
});

Deno.test("readImageHeader() refuses a PNG that claims 30,000 x 30,000 pixels", () => {
  const error = assertThrows(() => readImageHeader(makePngClaim(30_000, 30_000)), DmlError);
  assertEquals(error.code, "image_too_large");
  assertStringIncludes(error.message, "30000 x 30000");
});

Deno.test("readImageHeader() refuses a side that is too long, and takes the longest", () => {
  assertEquals(codeOf(makePngClaim(LIMITS.imageSideMax + 1, 1)), "image_too_large");
  assertEquals(readImageHeader(makePngClaim(LIMITS.imageSideMax, 1)).width, LIMITS.imageSideMax);
});

Deno.test("readImageHeader() refuses a file that is too large", () => {
  assertEquals(codeOf(new Uint8Array(LIMITS.imageBytesMax + 1)), "image_too_large");
});

Deno.test("readImageHeader() refuses a picture without width", () => {
  assertEquals(codeOf(makePngClaim(0, 5)), "image_unreadable");
});

Deno.test("readImageHeader() says what a file looks like that is no picture", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const cases: [Uint8Array, string][] = [
    [fixtures.makeText(), "text"],
    [encode("BMW and MZ are no magic words"), "text"],
    [encode('<?xml version="1.0"?>\n<svg width="3">'), "SVG"],
    [encode("<!DOCTYPE html><p>not found"), "a web page"],
    [encode("%PDF-1.7\n"), "PDF"],
    [concat([uint32(24), encode("ftypcrx ")]), "a Canon raw photo"],
    [concat([encode("8BPS"), new Uint8Array(20)]), "a Photoshop document"],
    [Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), "a ZIP archive"],
  ];
  for (const [bytes, look] of cases) {
    const error = assertThrows(() => readImageHeader(bytes), DmlError);
    assertEquals(error.code, "image_unsupported");
    assertStringIncludes(error.message, `look like ${look}.`);
  }
  const unknown = assertThrows(() => readImageHeader(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7)), DmlError);
  assertEquals(unknown.message, "The bytes are no picture that dml reads; their kind is unknown to dml.");
});

Deno.test("readImageHeader() calls a header that is cut short unreadable, wherever it is cut", async () => {
  for (const [format, bytes] of Object.entries(await makeAll())) {
    const [least, enough] = format === "gif" ? [6, 10] : format === "jxl" ? [2, 5] : [12, 24];
    for (let length = least; length < enough; length++) {
      assertEquals(codeOf(bytes.subarray(0, length)), "image_unreadable", `${format} ${length}`);
    }
  }
});

Deno.test("readImageHeader() reads the orientation of JPEG, TIFF and PNG", async () => {
  const jpeg = await fixtures.makeJpeg(picture);
  for (const bigEndian of [false, true]) {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const exif = makeExif({ 274: [orientation] }, { bigEndian });
      const base = { width: 4, height: 3, depth: 8, samplesAt } as const;
      const files = [
        fixtures.withOrientation(jpeg, orientation, { bigEndian }),
        await makeTiff({ ...base, photometric: 2, bigEndian, tags: { 274: [orientation] } }),
        await makePng({ ...base, colourType: 2, chunks: [["eXIf", exif]] }),
      ];
      for (const file of files) assertEquals<number>(readImageHeader(file).orientation, orientation);
    }
  }
});

Deno.test("readImageHeader() refuses a progressive JPEG of more scans than any encoder makes", async () => {
  const jpeg = await fixtures.makeJpeg(picture, { progressive: true });
  assertEquals(readImageHeader(jpeg).width, 37);
  const scans = concat([jpeg, ...new Array(500).fill(Uint8Array.of(0xff, 0xda))]);
  assertEquals(codeOf(scans), "image_unsupported");
});

Deno.test("readImageHeader() says of a JPEG of a rare kind that it is not read, not that it is damaged", async () => {
  const jpeg = await fixtures.makeJpeg(picture);
  const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0) + 1;
  const kinds = [[0xc3, "lossless"], [0xcb, "lossless"], [0xc5, "hierarchical"], [0xce, "hierarchical"]] as const;
  for (const [marker, kind] of kinds) {
    const error = assertThrows(() => readImageHeader(jpeg.with(frame, marker)), DmlError);
    assertEquals([error.code, error.message], ["image_unsupported", `The JPEG is of the ${kind} kind.`]);
  }
  for (const marker of [0xc1, 0xc9, 0xca]) assertEquals(readImageHeader(jpeg.with(frame, marker)).width, 37);
});

Deno.test("readImageHeader() takes an orientation that is none for upright", async () => {
  const jpeg = await fixtures.makeJpeg(picture);
  const broken = new TextEncoder().encode("Exif\0\0II*\0\xff\xff\xff\xff");
  assertEquals(readImageHeader(fixtures.withOrientation(jpeg, 9)).orientation, 1);
  assertEquals(readImageHeader(fixtures.withSegment(jpeg, 0xe1, broken)).orientation, 1);
});

Deno.test("readImageHeader() answers or refuses whatever damage a file has", async () => {
  const files = Object.values(await makeAll());
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      (file, edits, share) => {
        const bytes = fixtures.truncated(file, share);
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        try {
          const { width, height } = readImageHeader(bytes);
          assert(width * height <= LIMITS.imagePixelsMax);
        } catch (error) {
          assert(error instanceof DmlError && error.code.startsWith("image_"), String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("readImageHeader() goes by the first of several EXIF segments", async () => {
  const jpeg = fixtures.withOrientation(
    fixtures.withOrientation(await fixtures.makeJpeg(fixtures.makePicture(16, 8)), 3),
    6,
  );
  assertEquals(readImageHeader(jpeg).orientation, 6);
});
