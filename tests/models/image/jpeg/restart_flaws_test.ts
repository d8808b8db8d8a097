import { JpegCodec } from "../../../../models/image/jpeg/codec.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { makeCoefficientJpeg } from "./decoder/coefficient_jpeg.ts";

const codec = new JpegCodec(imageAssets);
const [columns, intervals] = [3, 12];
const width = 8 * columns;

/** Each row of blocks is a restart interval and has a grey of its own. */
const level = (interval: number) => 20 * interval - 100;
const file = makeCoefficientJpeg({
  width,
  height: 8 * intervals,
  factors: [[1, 1]],
  steps: new Array(64).fill(8),
  blockOf: (_, index) => [level(Math.floor(index / columns))],
  restartInterval: columns,
});
const scan = file.findIndex((byte, at) => byte === 0xff && file[at + 1] === 0xda);
/** Offsets of the restart markers; the one at index `n` is before interval `n + 1`. */
const restarts = [...file.keys()].filter((at) => at > scan && file[at] === 0xff && (file[at + 1] & 0xf8) === 0xd0);
assertEquals(restarts.length, intervals - 1);

/** The greys of the intervals as they are shown; 128 is that of what is missing. */
async function shown(bytes: Uint8Array): Promise<{ greys: number[]; flaw: string }> {
  const { data, flaw } = await codec.decode(bytes);
  const greys = Array.from({ length: intervals }, (_, interval) => data[interval * 8 * width * 3]);
  greys.forEach((grey, interval) => {
    const rows = data.subarray(interval * 8 * width * 3, (interval + 1) * 8 * width * 3);
    assert(rows.every((sample) => sample === grey), `interval ${interval} is flat`);
  });
  assert(flaw !== undefined, "the flaw is told");
  return { greys, flaw };
}

const WHOLE = Array.from({ length: intervals }, (_, interval) => 128 + level(interval));
const with128At = (...missing: number[]) => WHOLE.map((grey, interval) => missing.includes(interval) ? 128 : grey);
const LAST = restarts.length - 1;

Deno.test("JpegCodec.decode() passes stray bytes before a restart marker, and shows the whole picture", async () => {
  for (const [nth, at] of restarts.entries()) {
    for (const stray of [[1, 2, 3, 4, 5, 6, 7, 8, 9], [0], [0xff, 0, 7], new Array(300).fill(0x55)]) {
      const bytes = concat([file.subarray(0, at), Uint8Array.from(stray), file.subarray(at)]);
      const { greys, flaw } = await shown(bytes);
      assertEquals(greys, WHOLE, `${stray.length} before marker ${nth}`);
      assertEquals(flaw, "The JPEG has stray bytes: 8 of its 96 rows may look wrong.");
    }
  }
});

Deno.test("JpegCodec.decode() shows grey for the interval before which a restart marker is lost", async () => {
  for (const [nth, at] of restarts.entries()) {
    if (nth === LAST) continue;
    const { greys, flaw } = await shown(concat([file.subarray(0, at), file.subarray(at + 2)]));
    assertEquals(greys, with128At(nth + 1), `marker ${nth}`);
    assertEquals(flaw, "The JPEG is damaged or cut short: 8 of its 96 rows are grey in whole or in part.");
  }
});

Deno.test("JpegCodec.decode() shows grey for the interval behind a doubled restart marker", async () => {
  for (const [nth, at] of restarts.entries()) {
    const doubled = concat([file.subarray(0, at), file.subarray(at, at + 2), file.subarray(at)]);
    assertEquals((await shown(doubled)).greys, with128At(nth + 1), `marker ${nth}`);
  }
});

Deno.test("JpegCodec.decode() goes on behind a restart marker with a wrong number as libjpeg does", async () => {
  // jpeg_resync_to_restart: one of the two next numbers is kept until it is due, one of the two
  // last ones leads on to the next marker, any
  // other is taken for the right one.
  for (const [nth, at] of restarts.slice(0, -4).entries()) {
    const expected: Record<number, number[]> = {
      1: with128At(nth + 1).with(nth + 2, WHOLE[nth + 1]),
      2: with128At(nth + 1, nth + 2).with(nth + 3, WHOLE[nth + 1]),
      3: WHOLE,
      4: WHOLE,
      5: WHOLE,
      6: with128At(nth + 1),
      7: with128At(nth + 1),
    };
    for (const [ahead, greys] of Object.entries(expected)) {
      const bytes = file.with(at + 1, 0xd0 + (nth + Number(ahead)) % 8);
      assertEquals((await shown(bytes)).greys, greys, `marker ${nth}, ${ahead} ahead`);
    }
  }
});

Deno.test("JpegCodec.decode() waits with a marker that is no restart, and shows grey up to the end", async () => {
  const at = restarts[8];
  const { greys } = await shown(file.with(at + 1, 0xe5));
  assertEquals(greys, with128At(9, 10, 11));
});
