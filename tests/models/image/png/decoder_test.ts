import fc from "fast-check";
import type { Picture } from "../../../../models/image/picture.ts";
import { decodePng } from "../../../../models/image/png/decoder.ts";
import { readPngHeader } from "../../../../models/image/png/header.ts";
import { concat } from "../../../../protocol/kernel/concat.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { makeExif } from "../tiff/tiff_writer.ts";
import { makePng, type PngOptions } from "./png_writer.ts";

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;
const DEPTHS = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } as const;
const PALETTE = Uint8Array.from({ length: 256 * 3 }, (_, index) => (index * 7) & 255);

/** Mixes its arguments into a number that looks random. */
function hash(...numbers: number[]): number {
  let mixed = 17;
  for (const number of numbers) mixed = Math.imul(mixed ^ number, 0x9e3779b1) ^ (mixed >>> 13);
  return mixed >>> 0;
}

/** Computes the picture that the samples make on white, with no code of the decoder. */
function expected(options: PngOptions): Picture {
  const { width, height, depth, colourType, samplesAt } = options;
  const data = new Uint8Array(width * height * 3);
  const to8 = (sample: number) => depth === 16 ? sample >> 8 : (sample * 255) / (2 ** depth - 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const samples = samplesAt(x, y);
      const grey = colourType === 0 || colourType === 4;
      const [red, green, blue] = colourType === 3
        ? PALETTE.subarray(samples[0] * 3, samples[0] * 3 + 3)
        : (grey ? [samples[0], samples[0], samples[0]] : samples).map(to8);
      const alpha = colourType >= 4 ? to8(samples[samples.length - 1]) / 255 : 1;
      const shown = [red, green, blue].map((value) => Math.round(value * alpha + 255 * (1 - alpha)));
      data.set(shown, (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

const kinds = fc.constantFrom(0 as const, 2 as const, 3 as const, 4 as const, 6 as const)
  .chain((colourType) =>
    fc.record({ colourType: fc.constant(colourType), depth: fc.constantFrom(...DEPTHS[colourType]) })
  );

Deno.test("decodePng() decodes every colour type, depth, filter and interlacing", async () => {
  const side = fc.integer({ min: 1, max: 20 });
  await fc.assert(
    fc.asyncProperty(kinds, side, side, fc.boolean(), fc.nat(), async (kind, width, height, interlaced, seed) => {
      const options: PngOptions = {
        ...kind,
        width,
        height,
        interlaced,
        filters: [0, 1, 2, 3, 4].map((at) => hash(seed, at) % 5),
        chunks: kind.colourType === 3 ? [["PLTE", PALETTE]] : [],
        samplesAt: (x, y) =>
          Array.from(
            { length: CHANNELS[kind.colourType] },
            (_, channel) => hash(seed, x, y, channel) % 2 ** kind.depth,
          ),
      };
      assertEquals(await decodePng(await makePng(options)), expected(options));
    }),
    { numRuns: 150 },
  );
});

Deno.test("decodePng() shows the transparent colour and palette entries as white", async () => {
  const base = { width: 2, height: 1 } as const;
  const coloured = await makePng({
    ...base,
    colourType: 2,
    depth: 16,
    samplesAt: (x) => [0x1234, 0x5678, x === 0 ? 0x9abc : 0x9abd],
    chunks: [["tRNS", Uint8Array.of(0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc)]],
  });
  assertEquals([...(await decodePng(coloured)).data], [255, 255, 255, 0x12, 0x56, 0x9a]);
  const indexed = await makePng({
    ...base,
    colourType: 3,
    depth: 1,
    samplesAt: (x) => [x],
    chunks: [["PLTE", Uint8Array.of(10, 20, 30, 40, 50, 60)], ["tRNS", Uint8Array.of(0)]],
  });
  assertEquals([...(await decodePng(indexed)).data], [255, 255, 255, 40, 50, 60]);
});

Deno.test("decodePng() refuses a PNG that is cut short or damaged", async () => {
  const options = { width: 40, height: 40, colourType: 2, depth: 8 } as const;
  const whole = await makePng({ ...options, samplesAt: (x, y) => [x * y, hash(x, y) & 255, 3] });
  for (const length of [40, 60, whole.length >> 1, whole.length - 20]) {
    const error = await assertRejects(() => decodePng(whole.subarray(0, length)), DmlError);
    assertEquals(error.code, "image_unreadable");
  }
  whole[whole.length >> 1] ^= 0xff;
  const error = await assertRejects(() => decodePng(whole), DmlError);
  assertEquals(error.code, "image_unreadable");
});

Deno.test("decodePng() never shows a picture whose compressed bytes were changed", async () => {
  const options = { width: 12, height: 12, colourType: 2, depth: 8 } as const;
  const whole = await makePng({ ...options, samplesAt: (x, y) => [x * y, hash(x, y) & 255, 3] });
  const { data } = await decodePng(whole);
  // From the first byte of the IDAT chunk's content up to its checksum.
  for (let at = 41; at < whole.length - 16; at++) {
    const changed = whole.with(at, whole[at] ^ (1 << (at & 7)));
    try {
      assertEquals((await decodePng(changed)).data, data, `byte ${at}`);
    } catch (error) {
      assert(error instanceof DmlError && error.code === "image_unreadable", `byte ${at}: ${error}`);
    }
  }
});

Deno.test("decodePng() ignores bytes after the end of the zlib stream, as long as its checksum is right", async () => {
  for (const side of [3, 150]) {
    const samplesAt = (x: number, y: number) => [hash(x, y) & 255, x, y];
    const options = { width: side, height: side, colourType: 2, depth: 8, samplesAt } as const;
    const { data } = expected(options);
    for (const padding of [1, 4, 999, 40_000]) {
      const padded = await makePng({ ...options, padding });
      const decoded = await decodePng(padded);
      assertEquals(decoded.data, data, `${side} ${padding}`);
      assertEquals(decoded.flaw, "The PNG has bytes behind the end of its pixels, which are ignored.");
      const checksum = padded.length - 12 - 4 - padding - 1;
      const error = await assertRejects(() => decodePng(padded.with(checksum, padded[checksum] ^ 1)), DmlError);
      assertEquals(error.code, "image_unreadable");
    }
  }
});

Deno.test("decodePng() stops inflating once it has its pixels", async () => {
  const bomb = await makePng({
    width: 1,
    height: 1,
    colourType: 0,
    depth: 8,
    samplesAt: () => new Array(50_000).fill(9),
  });
  const decoded = await decodePng(bomb);
  assertEquals(decoded.data, Uint8Array.of(9, 9, 9));
  assertEquals(decoded.flaw, "The PNG has bytes behind the end of its pixels, which are ignored.");
});

const SMALL = {
  width: 12,
  height: 12,
  colourType: 2,
  depth: 8,
  samplesAt: (x: number, y: number) => [x, y, 3],
} as const;

Deno.test("decodePng() shows all of a PNG that lacks its end, and says so", async () => {
  const unended = await makePng({ ...SMALL, hasEnd: false });
  for (const bytes of [unended, concat([unended, Uint8Array.of(0, 0, 0)]), (await makePng(SMALL)).subarray(0, -6)]) {
    const { flaw, ...decoded } = await decodePng(bytes);
    assertEquals(decoded, expected(SMALL));
    assertEquals(flaw, "The PNG lacks its end; nothing of the picture is missing.");
  }
  assertEquals((await decodePng(concat([await makePng(SMALL), new Uint8Array(50)]))).flaw, undefined);
});

Deno.test("decodePng() ignores a chunk beside the pixels whose checksum is wrong, and says so", async () => {
  const white = Uint8Array.of(0, 1, 0, 2, 0, 3);
  const orientation = concat([new TextEncoder().encode("Exif\0\0"), makeExif({ 274: [6] })]);
  for (const [type, content] of [["tRNS", white], ["eXIf", orientation], ["tEXt", white]] as const) {
    const sound = await makePng({ ...SMALL, chunks: [[type, content]] });
    assertEquals((await decodePng(sound)).flaw, undefined, type);
    // The signature and the header are 33 bytes, what frames the content 12.
    for (const at of [33 + 12 + content.length - 1, 33 + 8 + content.length - 1]) {
      const damaged = sound.with(at, sound[at] ^ 1);
      const { flaw, ...decoded } = await decodePng(damaged);
      assertEquals(decoded, expected(SMALL), type);
      assertEquals(flaw, "The PNG has a damaged chunk beside its pixels, which is ignored.");
      assertEquals(readPngHeader(damaged).orientation, 1);
    }
  }
});

Deno.test("decodePng() says that a chunk which it needs has a wrong checksum", async () => {
  const palette = { ...SMALL, colourType: 3, samplesAt: (x: number) => [x] } as const;
  const sound = await makePng({ ...palette, chunks: [["PLTE", PALETTE]] });
  for (const at of [8 + 12 + 13 - 1, 33 + 12 + PALETTE.length - 1]) {
    const { flaw, ...decoded } = await decodePng(sound.with(at, sound[at] ^ 1));
    assertEquals(decoded, expected(palette));
    assert(flaw?.endsWith("with a wrong checksum; its pixels can be read."), flaw);
  }
});
