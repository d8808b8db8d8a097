import { JpegCodec } from "../../../../models/image/jpeg/codec.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { makeJpeg, makePicture } from "../fixtures.ts";
import { makeCoefficientJpeg } from "./decoder/coefficient_jpeg.ts";

const picture = makePicture(70, 45);
const FILES: Readonly<Record<string, Uint8Array>> = {
  "4:2:0": await makeJpeg(picture, { sampling: "4:2:0", quality: 80 }),
  "4:4:4": await makeJpeg(picture, { sampling: "4:4:4", quality: 40 }),
  grey: await makeJpeg(picture, { grey: true }),
  progressive: await makeJpeg(picture, { progressive: true }),
  restarting: makeCoefficientJpeg({
    width: 60,
    height: 50,
    factors: [[2, 2], [1, 1], [1, 1]],
    blockOf: (component, index) => [index * 20 % 300, component * 3, 0, 0, index % 7],
    restartInterval: 3,
  }),
};

/** Where the markers of a kind are behind the first scan's. */
function markersIn(bytes: Uint8Array, marker: number): number[] {
  const scan = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xda);
  return [...bytes.keys()].filter((at) => at >= scan && bytes[at] === 0xff && bytes[at + 1] === marker);
}

async function assertCutShort(codec: JpegCodec, bytes: Uint8Array, what: string): Promise<void> {
  const error = await assertRejects(() => codec.decode(bytes), DmlError, undefined, what);
  assertEquals(error.code, "image_unreadable", what);
}

Deno.test("JpegCodec.decode() shows a JPEG that lacks nothing but its end, or half of that", async () => {
  const codec = new JpegCodec(imageAssets);
  for (const [kind, file] of Object.entries(FILES)) {
    const whole = await codec.decode(file);
    assertEquals(await codec.decode(file.subarray(0, -2)), whole, kind);
    assertEquals(await codec.decode(file.subarray(0, -1)), whole, kind);
  }
});

Deno.test("JpegCodec.decode() refuses a JPEG whose last scan lacks a byte, or many", async () => {
  const codec = new JpegCodec(imageAssets);
  for (const [kind, file] of Object.entries(FILES)) {
    const [scan] = markersIn(file, 0xda);
    for (let length = file.length - 3; length > scan; length -= length > file.length - 60 ? 1 : 41) {
      await assertCutShort(codec, file.subarray(0, length), `${kind}, ${length} of ${file.length} bytes`);
    }
  }
});

Deno.test("JpegCodec.decode() refuses a JPEG that is cut at a restart, or between two scans", async () => {
  const codec = new JpegCodec(imageAssets);
  const { restarting, progressive } = FILES;
  const restarts = [0xd0, 0xd1, 0xd7].flatMap((marker) => markersIn(restarting, marker));
  assert(restarts.length > 1);
  for (const at of restarts) {
    for (const length of [at, at + 2]) await assertCutShort(codec, restarting.subarray(0, length), `restart at ${at}`);
  }
  const [first, ...more] = markersIn(progressive, 0xda);
  assert(more.length > 2, `${more.length} scans follow the one at ${first}`);
  for (const at of more) {
    const tables = markersIn(progressive, 0xc4).filter((table) => table < at).at(-1) ?? at;
    for (const length of [at, at + 4, tables]) {
      await assertCutShort(codec, progressive.subarray(0, length), `cut at ${length}, before the scan at ${at}`);
    }
  }
});

Deno.test("JpegCodec.decode() refuses arithmetic codes without an end: their bits never run out", async () => {
  const codec = new JpegCodec(imageAssets);
  const file = FILES.grey.slice();
  const frame = file.findIndex((byte, at) => byte === 0xff && file[at + 1] === 0xc0);
  file[frame + 1] = 0xc9;
  await assertCutShort(codec, file.subarray(0, -2), "arithmetic");
});
