import fc from "fast-check";
import { JpegCodec } from "../../../../../models/image/jpeg/codec.ts";
import { JpegDecoder } from "../../../../../models/image/jpeg/decoder/jpeg_decoder.ts";
import { PixelPool } from "../../../../../models/image/pixel_pool.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import { imageAssets } from "../../asset_source.ts";
import { makeJpeg, makePicture, withSegment } from "../../fixtures.ts";
import { makeCoefficientJpeg } from "./coefficient_jpeg.ts";
import { concat } from "../../../../../protocol/kernel/concat.ts";

const codec = new JpegCodec(imageAssets);
const withoutDecoder = new JpegCodec(imageAssets, new PixelPool(), { decode: () => null, memoryBytes: 0 });

/** The pixels, or the code of the error. */
async function outcome(codec: JpegCodec, bytes: Uint8Array): Promise<unknown> {
  try {
    return await codec.decode(bytes);
  } catch (error) {
    assert(error instanceof DmlError, String(error));
    return error.code;
  }
}

const picture = makePicture(70, 45);
const restarting = makeCoefficientJpeg({
  width: 60,
  height: 50,
  factors: [[2, 2], [1, 1], [1, 1]],
  blockOf: (component, index) => [index * 20 % 300, component * 3, 0, 0, index % 7],
  restartInterval: 3,
});
const FILES = [
  await makeJpeg(picture, { sampling: "4:2:0", quality: 80 }),
  await makeJpeg(picture, { sampling: "4:2:2" }),
  await makeJpeg(picture, { sampling: "4:4:4", quality: 40 }),
  await makeJpeg(picture, { grey: true }),
  restarting,
];
const file = fc.constantFrom(...FILES);
const indexOfMarker = (bytes: Uint8Array, marker: number) =>
  bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === marker);

async function assertSameOutcome(bytes: Uint8Array): Promise<void> {
  assertEquals(await outcome(codec, bytes), await outcome(withoutDecoder, bytes));
}

/** Decoders believe what the size says, which is checked before: it stays as it is. */
function isSize(file: Uint8Array, at: number): boolean {
  const frame = indexOfMarker(file, 0xc0);
  return at >= frame + 5 && at < frame + 9;
}

Deno.test("JpegCodec.decode() answers as without the decoder, whatever damage a JPEG has", async () => {
  const edit = fc.record({ at: fc.nat(), value: fc.nat(255), isInScan: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(file, fc.array(edit, { minLength: 1, maxLength: 4 }), async (file, edits) => {
      const bytes = file.slice();
      const scan = indexOfMarker(file, 0xda);
      for (const { at, value, isInScan } of edits) {
        const place = isInScan ? scan + at % (file.length - scan) : at % file.length;
        if (!isSize(file, place)) bytes[place] = value;
      }
      await assertSameOutcome(bytes);
    }),
    { numRuns: 400 },
  );
});

Deno.test("JpegCodec.decode() answers as without the decoder when a JPEG is cut, or something is cut out or put in", async () => {
  const cut = fc.record({
    start: fc.nat(),
    length: fc.integer({ min: 0, max: 40 }),
    inserted: fc.uint8Array({ maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(file, cut, fc.boolean(), async (file, { start, length, inserted }, isTheEnd) => {
      const at = start % file.length;
      const rest = isTheEnd ? new Uint8Array() : file.subarray(at + length);
      await assertSameOutcome(concat([file.subarray(0, at), inserted, rest]));
    }),
    { numRuns: 200 },
  );
});

Deno.test("JpegCodec.decode() answers as without the decoder when the tables of two JPEGs are swapped", async () => {
  // The scan of one file follows the segments of another: it has invalid codes and too many
  // coefficients.
  for (const one of FILES) {
    for (const other of FILES) {
      const scan = indexOfMarker(other, 0xda);
      await assertSameOutcome(concat([one.subarray(0, indexOfMarker(one, 0xda)), other.subarray(scan)]));
    }
  }
  await fc.assert(
    fc.asyncProperty(file, fc.uint8Array({ minLength: 1, maxLength: 600 }), async (file, bits) => {
      const scan = indexOfMarker(file, 0xda);
      const start = scan + 2 + file[scan + 3];
      await assertSameOutcome(concat([file.subarray(0, start), bits, Uint8Array.of(0xff, 0xd9)]));
    }),
    { numRuns: 100 },
  );
});

Deno.test("JpegDecoder.decode() takes what is plain and leaves everything else", async () => {
  const decoder = new JpegDecoder();
  const spare = new PixelPool();
  const takes = (bytes: Uint8Array) => decoder.decode(bytes, spare) !== null;
  const [plain] = FILES;
  for (const file of FILES) assert(takes(file));
  assert(takes(concat([plain, Uint8Array.of(1, 2, 3)])), "what follows the end is no part of it");
  assert(takes(withSegment(plain, 0xfe, new Uint8Array(10))));

  const adobe = (transform: number) =>
    withSegment(plain, 0xee, Uint8Array.of(65, 100, 111, 98, 101, 0, 100, 0, 0, 0, 0, transform));
  const changed = (at: number, value: number) => plain.with(at, value);
  const frame = indexOfMarker(plain, 0xc0);
  const scan = indexOfMarker(plain, 0xda);
  const left: Record<string, Uint8Array> = {
    progressive: await makeJpeg(picture, { progressive: true }),
    "R, G, B": adobe(0),
    "an unknown colour transform": adobe(2),
    "narrow chroma": await makeJpeg(makePicture(4, 30), { sampling: "4:2:0" }),
    "luma once, chroma twice": changed(frame + 11, 0x11),
    "another sampling": changed(frame + 11, 0x41),
    "12 bits": changed(frame + 4, 12),
    "no such table": changed(scan + 6, 0x22),
    "part of the coefficients": changed(scan + 12, 5),
    "a second start": withSegment(plain, 0xd8, new Uint8Array(2)),
    "a byte between segments": concat([plain.subarray(0, scan), Uint8Array.of(0), plain.subarray(scan)]),
    "no end": plain.subarray(0, -2),
    "an end too early": concat([plain.subarray(0, -20), plain.subarray(-2)]),
    "bits left over": concat([plain.subarray(0, -2), Uint8Array.of(7), plain.subarray(-2)]),
    "a marker in the scan": concat([plain.subarray(0, -40), Uint8Array.of(0xff, 0xd0), plain.subarray(-40)]),
    "a restart missing": restarting.with(indexOfMarker(restarting, 0xd1) + 1, 0xd2),
    "a step of 0": changed(indexOfMarker(plain, 0xdb) + 10, 0),
    nothing: new Uint8Array(),
  };
  for (const [what, file] of Object.entries(left)) assert(!takes(file), what);
  assert(takes(plain), "and works on");
});

Deno.test("JpegDecoder.decode() gives back the memory of a picture that it gives up", () => {
  const spare = new PixelPool();
  const decoder = new JpegDecoder();
  const lost = spare.take(70 * 45 * 3);
  spare.release({ width: 70, height: 45, data: lost });
  assertEquals(decoder.decode(FILES[0].subarray(0, -9), spare), null);
  assert(spare.take(70 * 45 * 3).buffer === lost.buffer);
});

Deno.test("JpegDecoder.decode() takes no memory for a picture that is too large to be in its file", () => {
  class Counted extends PixelPool {
    taken = 0;
    override take(length: number): Uint8Array<ArrayBuffer> {
      this.taken += length;
      return super.take(length);
    }
  }
  const spare = new Counted();
  const [plain] = FILES;
  const tall = plain.slice();
  tall.set([0x70, 0], indexOfMarker(plain, 0xc0) + 5);
  assertEquals(new JpegDecoder().decode(tall, spare), null);
  assertEquals(spare.taken, 0);
  // Two bits a block are a picture.
  const flat = makeCoefficientJpeg({ width: 640, height: 640, factors: [[1, 1]], blockOf: () => [], symbolOrder: [0] });
  assert(new JpegDecoder().decode(flat, spare) !== null);
  assertEquals(spare.taken, 640 * 640 * 3);
});
