import fc from "fast-check";
import sample6 from "sample-photos/demo/sample6.jpg" with { type: "bytes" };
import { JpegCodec } from "../../../../models/image/jpeg/codec.ts";
import type { Picture } from "../../../../models/image/picture.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { makeJpeg, makePicture } from "../fixtures.ts";
import { makeCoefficientJpeg } from "./decoder/coefficient_jpeg.ts";
import { makeFlatJpeg } from "./flat_jpeg.ts";

const codec = new JpegCodec(imageAssets);
const picture = makePicture(70, 145);
const FILES: Readonly<Record<string, Uint8Array>> = {
  "4:2:0": await makeJpeg(picture, { sampling: "4:2:0", quality: 80 }),
  "4:4:4": await makeJpeg(picture, { sampling: "4:4:4", quality: 40 }),
  grey: await makeJpeg(picture, { grey: true }),
  progressive: await makeJpeg(picture, { progressive: true }),
  restarting: makeCoefficientJpeg({
    width: 60,
    height: 150,
    factors: [[2, 2], [1, 1], [1, 1]],
    blockOf: (component, index) => [index * 20 % 300, component * 3, 0, 0, index % 7],
    restartInterval: 3,
  }),
};
const END = Uint8Array.of(0xff, 0xd9);
const NO_END = "The JPEG lacks its end marker; nothing of the picture is missing.";

/** Returns the offsets of the markers of a kind after that of the first scan. */
function markersIn(bytes: Uint8Array, marker: number): number[] {
  const scan = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xda);
  return [...bytes.keys()].filter((at) => at >= scan && bytes[at] === 0xff && bytes[at + 1] === marker);
}

/** The picture, or `null` if it is refused. */
async function decodeOrRefuse(bytes: Uint8Array, what: string): Promise<Picture | null> {
  try {
    const decoded = await codec.decode(bytes);
    assertEquals(decoded.data.length, decoded.width * decoded.height * 3);
    return decoded;
  } catch (error) {
    assert(error instanceof DmlError && error.code === "image_unreadable", `${what}: ${error}`);
    return null;
  }
}

/** The number of rows from the top in which both pictures are the same. */
function commonRows(one: Picture, other: Picture): number {
  const first = one.data.findIndex((sample, at) => other.data[at] !== sample);
  return first === -1 ? one.height : Math.floor(first / 3 / one.width);
}

/** The number of rows that a flaw says are grey. */
function greyRows({ flaw = "" }: Picture): number {
  return Number(/(\d+) of its \d+ rows are grey/.exec(flaw)?.[1]);
}

Deno.test("JpegCodec.decode() shows all of a JPEG whose end marker is lost or overwritten, and says so", async () => {
  for (const [kind, file] of Object.entries(FILES)) {
    const whole = await codec.decode(file);
    assertEquals(whole.flaw, undefined, kind);
    const body = file.subarray(0, -2);
    const unended = [
      body,
      file.subarray(0, -1),
      ...[2, 31, 32, 5_000].map((length) => concat([body, new Uint8Array(length)])),
      ...[2, 5_000].map((length) => concat([body, new Uint8Array(length).fill(0xff)])),
      concat([body, new Uint8Array(5_000), END]),
    ];
    for (const bytes of unended) {
      const { flaw, ...decoded } = await codec.decode(bytes);
      assertEquals(decoded, whole, kind);
      assert(flaw !== undefined);
    }
    assertEquals((await codec.decode(body)).flaw, NO_END);
    assertEquals((await codec.decode(concat([body, new Uint8Array(5_000)]))).flaw, NO_END);
  }
});

Deno.test("JpegCodec.decode() ignores what follows the end marker, which is no flaw", async () => {
  for (const [kind, file] of Object.entries(FILES)) {
    const whole = await codec.decode(file);
    for (
      const more of [new Uint8Array(100), new Uint8Array(100).fill(0xff), new TextEncoder().encode("a video"), file]
    ) {
      assertEquals(await codec.decode(concat([file, more])), whole, kind);
    }
  }
});

Deno.test("JpegCodec.decode() shows the rows of a JPEG that are not cut off, unless less than half are left", async () => {
  for (const [kind, file] of Object.entries(FILES).filter(([kind]) => kind !== "progressive")) {
    const whole = await codec.decode(file);
    const [scan] = markersIn(file, 0xda);
    const outcomes = { shown: 0, refused: 0 };
    for (let length = file.length - 3; length > scan + 20; length -= length > file.length - 60 ? 1 : 41) {
      const what = `${kind}, ${length} of ${file.length} bytes`;
      const cut = file.subarray(0, length);
      const decoded = await decodeOrRefuse(cut, what);
      outcomes[decoded === null ? "refused" : "shown"]++;
      // An end marker that is glued on, or ones in place of what is missing, change nothing.
      for (const rest of [END, new Uint8Array(99).fill(0xff)]) {
        assertEquals(await decodeOrRefuse(concat([cut, rest]), what), decoded, what);
      }
      // A zero may be read as the last byte that there is, but no more of them.
      const zeroed = await decodeOrRefuse(concat([cut, new Uint8Array(file.length)]), what);
      if (zeroed !== null) {
        assert(zeroed.flaw !== undefined, what);
        assert(commonRows(zeroed, decoded ?? whole) >= whole.height / 2 - 17, what);
      }
      if (decoded === null) continue;
      const grey = greyRows(decoded);
      assert(grey > 0 && 2 * grey <= whole.height, `${what}: ${decoded.flaw}`);
      // Chroma is interpolated from the row of MCUs below.
      assert(commonRows(decoded, whole) >= whole.height - grey - 1, what);
    }
    assert(outcomes.shown > 10 && outcomes.refused > 5, `${kind}: ${JSON.stringify(outcomes)}`);
  }
});

Deno.test("JpegCodec.decode() shows a progressive JPEG that lacks detail, however its end is lost, and says so", async () => {
  const { progressive: file } = FILES;
  const whole = await codec.decode(file);
  const [, second, ...more] = markersIn(file, 0xda);
  assert(more.length > 2);
  const tables = markersIn(file, 0xc4);
  const cuts = [...more, ...more.map((at) => at + 4), ...tables.filter((at) => at > second), file.length - 3];
  for (const length of cuts) {
    const cut = file.subarray(0, length);
    const decoded = await codec.decode(cut);
    assert(decoded.flaw?.endsWith("all rows are there, but some of their detail may be missing."), decoded.flaw);
    assert(decoded.data.some((sample, at) => sample !== whole.data[at]), `cut at ${length}`);
    assertEquals(await codec.decode(concat([cut, END])), decoded, `cut at ${length}`);
  }
});

Deno.test("JpegCodec.decode() refuses a progressive JPEG that lacks most of its first scan", async () => {
  const { progressive: file } = FILES;
  const [first, second] = markersIn(file, 0xda);
  for (const share of [0.1, 0.3]) {
    const cut = file.subarray(0, first + 14 + Math.floor((second - first - 14) * share));
    for (const bytes of [cut, concat([cut, END])]) {
      const error = await assertRejects(() => codec.decode(bytes), DmlError);
      assertEquals(error.code, "image_unreadable");
      assert(/\d+ of its 145 rows cannot be read\.$/.test(error.message), error.message);
    }
  }
});

Deno.test("JpegCodec.decode() refuses arithmetic codes without an end: their bits never run out", async () => {
  const file = FILES.grey.slice();
  const frame = file.findIndex((byte, at) => byte === 0xff && file[at + 1] === 0xc0);
  file[frame + 1] = 0xc9;
  const error = await assertRejects(() => codec.decode(file.subarray(0, -2)), DmlError);
  assertEquals(error.code, "image_unreadable");
});

Deno.test("JpegCodec.decode() shows a CMYK JPEG whose end is lost, and refuses one that is cut", async () => {
  const file = makeFlatJpeg({ width: 16, height: 64, colourOf: (column, row) => [10 * row, 20 * column, 30, 200] });
  const { data } = await codec.decode(file);
  const unended = await codec.decode(file.subarray(0, -2));
  assertEquals(unended.data, data);
  assertEquals(unended.flaw, NO_END);
  await assertRejects(() => codec.decode(file.subarray(0, -6)), DmlError);
});

Deno.test("JpegCodec.decode() answers with a picture of the right size or refuses, whatever happens to a photo", async () => {
  const scan = sample6.findIndex((byte, at) => byte === 0xff && sample6[at + 1] === 0xda);
  const whole = await codec.decode(sample6);
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const damage = fc.oneof(
    fc.record({ kind: fc.constant("cut"), place }),
    fc.record({ kind: fc.constant("flip"), place }),
    fc.record({ kind: fc.constant("insert"), place, bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
    fc.record({ kind: fc.constant("delete"), place, length: fc.integer({ min: 1, max: 99 }) }),
  );
  await fc.assert(
    fc.asyncProperty(damage, async ({ place, ...damage }) => {
      const at = scan + 14 + Math.floor(place * (sample6.length - scan - 16));
      const rest = {
        cut: new Uint8Array(),
        flip: concat([Uint8Array.of(sample6[at] ^ 0x10), sample6.subarray(at + 1)]),
        insert: concat(["bytes" in damage ? damage.bytes : new Uint8Array(), sample6.subarray(at)]),
        delete: sample6.subarray(at + ("length" in damage ? damage.length : 0)),
      }[damage.kind];
      assert(rest !== undefined);
      const decoded = await decodeOrRefuse(concat([sample6.subarray(0, at), rest]), damage.kind);
      assert(codec.memoryBytes < 200 * 1024 * 1024);
      if (decoded === null) return;
      assertEquals([decoded.width, decoded.height], [whole.width, whole.height]);
      // Without its last two bytes the photo lacks no more than the end marker.
      if (damage.kind === "cut" && at < sample6.length - 2) assert(greyRows(decoded) > 0);
    }),
    { numRuns: 25, examples: [[{ kind: "cut", place: 1 }]] },
  );
});
