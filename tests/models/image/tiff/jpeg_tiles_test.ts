import { createImageCodec } from "../../../../models/image/image_codec.ts";
import { orient } from "../../../../models/image/geometry/orient.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { readImageHeader } from "../../../../models/image/format.ts";
import { imageAssets } from "../asset_source.ts";
import { difference, makeJpeg, makePicture, truncated } from "../fixtures.ts";
import { makeFlatJpeg } from "../jpeg/flat_jpeg.ts";
import { makeTiff, type TiffOptions } from "./tiff_writer.ts";

const codec = createImageCodec(imageAssets);
const SIZE = { width: 70, height: 50 };
const picture = makePicture(SIZE.width, SIZE.height);
const base = { ...SIZE, photometric: 6, depth: 8, compression: 7, samplesAt: () => [0, 0, 0] } as const;

/** The part of the picture at that place; beyond its edges the edge goes on. */
function partOf(left: number, top: number, { width, height }: { width: number; height: number }): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = [Math.min(left + x, SIZE.width - 1), Math.min(top + y, SIZE.height - 1)];
      const from = (row * SIZE.width + column) * 3;
      data.set(picture.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

/** A JPEG with its tables apart: those of quantisation and of Huffman codes. */
function split(jpeg: Uint8Array): { tables: Uint8Array; rest: Uint8Array } {
  const [tables, rest] = [[jpeg.subarray(0, 2)], [jpeg.subarray(0, 2)]];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg[at + 2] * 256 + jpeg[at + 3];
    const isTable = jpeg[at + 1] === 0xdb || jpeg[at + 1] === 0xc4;
    (isTable ? tables : rest).push(jpeg.subarray(at, end));
    at = end;
  }
  return { tables: concat([...tables, Uint8Array.of(0xff, 0xd9)]), rest: concat([...rest, jpeg.subarray(at)]) };
}

async function makeParts(width: number, height: number, isTiled: boolean) {
  const parts: { tables: Uint8Array; rest: Uint8Array }[] = [];
  for (let top = 0; top < SIZE.height; top += height) {
    for (let left = 0; left < SIZE.width; left += width) {
      const rows = isTiled ? height : Math.min(height, SIZE.height - top);
      parts.push(split(await makeJpeg(partOf(left, top, { width, height: rows }))));
    }
  }
  return { chunks: parts.map(({ rest }) => rest), tables: parts[0].tables };
}

Deno.test("ImageCodec.decode() decodes a TIFF of JPEG strips or tiles with shared tables", async () => {
  const tiles = await makeParts(32, 32, true);
  const tiled = await makeTiff({ ...base, chunks: tiles.chunks, tile: [32, 32], tags: { 347: tiles.tables } });
  assert(difference(await codec.decode(tiled), picture) <= 8);
  const strips = await makeParts(70, 16, false);
  const stripped = { ...base, chunks: strips.chunks, rowsPerStrip: 16 };
  for (const orientation of [1, 6] as const) {
    const bytes = await makeTiff({ ...stripped, tags: { 347: strips.tables, 274: [orientation] } });
    assert(difference(await codec.decode(bytes), orient(picture, orientation)) <= 8);
  }
  const whole = await makeTiff({ ...base, chunks: [await makeJpeg(picture)] });
  assert(difference(await codec.decode(whole), picture) <= 8);
});

Deno.test("ImageCodec.decode() takes the colours of a JPEG in a TIFF as the TIFF says", async () => {
  const flat = makeFlatJpeg({ ...SIZE, colourOf: () => [200, 90, 40] });
  const colourAs = async (options: Partial<TiffOptions>) => {
    const bytes = await makeTiff({ ...base, chunks: [flat], ...options });
    return [...(await codec.decode(bytes)).data.subarray(0, 3)];
  };
  const near = (one: number[], other: number[]) => one.every((value, at) => Math.abs(value - other[at]) <= 4);
  assert(near(await colourAs({ photometric: 2 }), [200, 90, 40]));
  // BT.601: R = Y + 1.402 (Cr - 128), and so on.
  assert(near(await colourAs({ photometric: 6 }), [77, 255, 133]), String(await colourAs({ photometric: 6 })));
  const grey = makeFlatJpeg({ ...SIZE, colourOf: () => [40] });
  const single = { chunks: [grey], samplesAt: () => [0] };
  assert(near(await colourAs({ ...single, photometric: 1 }), [40, 40, 40]));
  assert(near(await colourAs({ ...single, photometric: 0 }), [215, 215, 215]));
});

Deno.test("ImageCodec.decode() refuses JPEGs in a TIFF that are damaged, of another size or of a rare kind", async () => {
  const jpeg = await makeJpeg(picture);
  const codeOf = async (options: Partial<TiffOptions>) => {
    const bytes = await makeTiff({ ...base, chunks: [jpeg], ...options });
    return (await assertRejects(() => codec.decode(bytes), DmlError)).code;
  };
  assertEquals(await codeOf({ chunks: [truncated(jpeg)] }), "image_unreadable");
  assertEquals(await codeOf({ chunks: [split(jpeg).rest] }), "image_unreadable");
  assertEquals(await codeOf({ chunks: [new Uint8Array(500)] }), "image_unreadable");
  for (const [width, height] of [[71, 50], [70, 49], [70, 51], [35, 25]]) {
    assertEquals(await codeOf({ chunks: [await makeJpeg(makePicture(width, height))] }), "image_unreadable");
  }
  assertEquals(await codeOf({ photometric: 5, samplesAt: () => [0, 0, 0, 0] }), "image_unsupported");
  assertEquals(await codeOf({ photometric: 3, samplesAt: () => [0] }), "image_unsupported");
  assertEquals(await codeOf({ planar: true, chunks: [jpeg, jpeg, jpeg] }), "image_unsupported");
  assertEquals(await codeOf({ depth: 16 }), "image_unsupported");
  assertEquals(await codeOf({ compression: 6 }), "image_unsupported");
  assertEquals(await codeOf({ compression: 1 }), "image_unsupported");
  const huge = await makeTiff({ ...base, chunks: [jpeg], tags: { 256: [20_000], 257: [20_000] } });
  assertEquals(assertThrows(() => readImageHeader(huge), DmlError).code, "image_too_large");
});
