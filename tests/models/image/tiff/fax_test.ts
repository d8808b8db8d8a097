import { createImageCodec } from "../../../../models/image/image_codec.ts";
import { RUN_CODES } from "../../../../models/image/tiff/fax_codes.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { imageAssets } from "../asset_source.ts";
import { FAX_PICTURES, isDotBlack, isRunBlack } from "./fax_pictures.ts";
import { makeTiff, type TiffOptions } from "./tiff_writer.ts";

const codec = createImageCodec(imageAssets);
const DOTS = { width: 50, height: 30 };
const base = { photometric: 1, depth: 1, samplesAt: () => [0] } as const;

function makeFax(
  size: { width: number; height: number },
  strip: Uint8Array,
  options: Partial<TiffOptions>,
): Promise<Uint8Array<ArrayBuffer>> {
  return makeTiff({ ...base, ...size, chunks: [strip], ...options });
}

/** R, G, B of a picture in black and white. */
function shown({ width, height }: { width: number; height: number }, isBlack: typeof isDotBlack): Uint8Array {
  const data = new Uint8Array(width * height * 3).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (isBlack(x, y)) data.fill(0, (y * width + x) * 3, (y * width + x + 1) * 3);
  }
  return data;
}

function reverseBits(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => Number.parseInt([...byte.toString(2).padStart(8, "0")].reverse().join(""), 2));
}

/** Runs of black and white in turn, coded as in TIFF's compression 2: rows begin at whole bytes. */
function packRuns(rows: readonly (readonly number[])[]): Uint8Array {
  const bits = rows.map((runs) => {
    const row = runs.map((run, index) => {
      const codes = new Map([...RUN_CODES[index & 1]].map(([code, length]) => [length, code.toString(2).slice(1)]));
      return (run > 63 ? codes.get(run - run % 64) : "") + codes.get(run % 64)!;
    }).join("");
    return row.padEnd(Math.ceil(row.length / 8) * 8, "0");
  }).join("");
  return Uint8Array.from({ length: bits.length / 8 }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8), 2));
}

Deno.test("ImageCodec.decode() decodes faxes of group 3 and 4 as libtiff codes them", async () => {
  const everyRun = { width: 5300, height: 104 };
  const runs = await codec.decode(await makeFax(everyRun, FAX_PICTURES.everyRun, { compression: 3 }));
  assertEquals(runs.data, shown(everyRun, isRunBlack));
  const dots = shown(DOTS, isDotBlack);
  const group3 = await makeFax(DOTS, FAX_PICTURES.group3, { compression: 3, tags: { 292: [1] } });
  assertEquals((await codec.decode(group3)).data, dots);
  assertEquals((await codec.decode(await makeFax(DOTS, FAX_PICTURES.group4, { compression: 4 }))).data, dots);
  const white = await makeFax(DOTS, FAX_PICTURES.group4, { compression: 4, photometric: 0 });
  assertEquals((await codec.decode(white)).data, dots.map((level) => 255 - level));
  const reversed = await makeFax(DOTS, reverseBits(FAX_PICTURES.group4), { compression: 4, tags: { 266: [2] } });
  assertEquals((await codec.decode(reversed)).data, dots);
});

Deno.test("ImageCodec.decode() decodes a TIFF of runs without marks", async () => {
  const rows = [[3, 4, 93], [0, 100], [100], [70, 1, 29]];
  const tiff = await makeFax({ width: 100, height: 4 }, packRuns(rows), { compression: 2, photometric: 0 });
  const { data } = await codec.decode(tiff);
  const isBlack = (x: number, y: number) => {
    let [index, at] = [0, rows[y][0]];
    while (at <= x) at += rows[y][++index];
    return (index & 1) === 1;
  };
  assertEquals(data, shown({ width: 100, height: 4 }, isBlack));
});

Deno.test("ImageCodec.decode() refuses a fax that is cut short, damaged or in colour", async () => {
  for (const [strip, compression] of [[FAX_PICTURES.group3, 3], [FAX_PICTURES.group4, 4]] as const) {
    for (const share of [0, 0.01, 0.5, 0.9]) {
      const short = strip.subarray(0, strip.length * share);
      const tiff = await makeFax(DOTS, short, { compression, tags: { 292: [1] } });
      assertEquals((await assertRejects(() => codec.decode(tiff), DmlError)).code, "image_unreadable");
    }
  }
  let refused = 0;
  for (let at = 0; at < FAX_PICTURES.group4.length; at += 3) {
    const damaged = FAX_PICTURES.group4.with(at, FAX_PICTURES.group4[at] ^ 0x24);
    try {
      await codec.decode(await makeFax(DOTS, damaged, { compression: 4 }));
    } catch (error) {
      assert(error instanceof DmlError && error.code.startsWith("image_"), String(error));
      refused++;
    }
  }
  assert(refused > 50, `${refused} were refused`);
  const colour = await makeTiff({
    ...DOTS,
    photometric: 2,
    depth: 8,
    samplesAt: () => [0, 0, 0],
    tags: { 259: [4] },
  });
  const error = await assertRejects(() => codec.decode(colour), DmlError);
  assertEquals([error.code, error.message], ["image_unsupported", "The TIFF is a fax in colour."]);
  const raw = await makeFax(DOTS, Uint8Array.of(0b00000011, 0b11000000, 0, 0), { compression: 4 });
  assertEquals((await assertRejects(() => codec.decode(raw), DmlError)).code, "image_unsupported");
});
