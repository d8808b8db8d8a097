import fc from "fast-check";
import sample1 from "sample-photos/demo/sample1.jpg" with { type: "bytes" };
import sample2 from "sample-photos/demo/sample2.jpg" with { type: "bytes" };
import sample3 from "sample-photos/demo/sample3.jpg" with { type: "bytes" };
import sample4 from "sample-photos/demo/sample4.jpg" with { type: "bytes" };
import sample5 from "sample-photos/demo/sample5.jpg" with { type: "bytes" };
import sample6 from "sample-photos/demo/sample6.jpg" with { type: "bytes" };
import { JpegCodec } from "../../../../../models/image/jpeg/codec.ts";
import { JpegDecoder } from "../../../../../models/image/jpeg/decoder/jpeg_decoder.ts";
import { PixelPool } from "../../../../../models/image/pixel_pool.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import { imageAssets } from "../../asset_source.ts";
import { makeJpeg } from "../../fixtures.ts";
import { type CoefficientJpegOptions, makeCoefficientJpeg } from "./coefficient_jpeg.ts";

const decoder = new JpegDecoder();
const spare = new PixelPool();
/** libjpeg-turbo, and what decodes the files that it refuses. */
const libjpeg = new JpegCodec(imageAssets, spare, { decode: () => null, memoryBytes: 0 });

/** Fails unless the decoder takes `jpeg` and makes the same picture of it as libjpeg-turbo. */
async function assertSamePicture(jpeg: Uint8Array): Promise<void> {
  const picture = decoder.decode(jpeg, spare);
  assert(picture !== null, "it is taken");
  const expected = await libjpeg.decode(jpeg);
  assertEquals([picture.width, picture.height], [expected.width, expected.height]);
  assertEquals(expected.flaw, undefined);
  const wrong = expected.data.findIndex((sample, at) => picture.data[at] !== sample);
  const [x, y] = [Math.floor(wrong / 3) % picture.width, Math.floor(wrong / 3 / picture.width)];
  assert(wrong === -1, `pixel ${x}, ${y} of ${picture.width} x ${picture.height} differs`);
  spare.release(picture);
  spare.release(expected);
}

const FACTORS = {
  grey: [[1, 1]],
  "4:4:4": [[1, 1], [1, 1], [1, 1]],
  "4:2:2": [[2, 1], [1, 1], [1, 1]],
  "4:2:0": [[2, 2], [1, 1], [1, 1]],
} as const;
const factors = fc.constantFrom(...Object.values(FACTORS));
const side = fc.integer({ min: 1, max: 80 });
/** From there on colour is interpolated in all samplings; what is narrower is not taken. */
const width = fc.integer({ min: 5, max: 80 });

Deno.test("JpegDecoder.decode() makes the very pixels of libjpeg-turbo, of six photos", async () => {
  for (const photo of [sample1, sample2, sample3, sample4, sample5, sample6]) await assertSamePicture(photo);
});

Deno.test("JpegDecoder.decode() makes the very pixels of libjpeg-turbo, of pictures of any size, content and quality", async () => {
  const sampling = fc.constantFrom("grey", "4:4:4", "4:2:2", "4:2:0");
  const content = fc.record({
    seed: fc.integer(),
    noise: fc.constantFrom(0, 8, 64, 255),
    slope: fc.integer({ min: 0, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(width, side, sampling, fc.integer({ min: 1, max: 100 }), content, async (...given) => {
      const [, , kind, quality, { seed, noise, slope }] = given;
      // The encoder has no room for what small grey pictures may become.
      const [width, height] = kind === "grey" ? [given[0] + 40, given[1] + 40] : given;
      const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
        const random = Math.imul(at ^ seed, 0x9e3779b1) >>> 16;
        return (at % 3) * 50 + slope * Math.floor(at / 3 / width) + random * noise / 65_536;
      });
      const options = kind === "grey" ? { grey: true } : { sampling: kind };
      await assertSamePicture(await makeJpeg({ width, height, data }, { ...options, quality }));
    }),
    { numRuns: 60 },
  );
});

/** Blocks of mostly zeros, as pictures have them, or of many large values. */
const block = fc.oneof(
  fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 6 }),
  fc.array(fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: -100, max: 100 })), { maxLength: 64 }),
  fc.array(fc.integer({ min: -90, max: 90 }), { minLength: 64, maxLength: 64 }),
  fc.tuple(fc.integer({ min: 1, max: 63 }), fc.integer({ min: -1_000, max: 1_000 })).map(([at, value]) =>
    Array.from({ length: at + 1 }, (_, index) => index === at ? value : 0)
  ),
);
const blocks = fc.array(block, { minLength: 1, maxLength: 12 });
const steps = fc.constantFrom(1, 2, 3, 9).map((step) => new Array<number>(64).fill(step));

type Blocks = readonly (readonly number[])[];
const blockAt = (blocks: Blocks, component: number, index: number) => blocks[(component + index) % blocks.length];

function coefficientJpeg(
  { blocks, ...options }: Omit<CoefficientJpegOptions, "blockOf"> & { readonly blocks: Blocks },
): Uint8Array<ArrayBuffer> {
  return makeCoefficientJpeg({ ...options, blockOf: (component, index) => blockAt(blocks, component, index) });
}

Deno.test("JpegDecoder.decode() makes the very pixels of libjpeg-turbo, whatever the coefficients are", async () => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(width, side, factors, blocks, steps, async (width, height, factors, blocks, steps) => {
      let sumMax = 0;
      const blockOf = (component: number, index: number) => {
        const block = blockAt(blocks, component, index);
        sumMax = Math.max(sumMax, block.reduce((sum, value) => sum + Math.abs(value), 0) * steps[0]);
        return block;
      };
      const jpeg = makeCoefficientJpeg({ width, height, factors, blockOf, steps });
      const isTaken = decoder.decode(jpeg, spare) !== null;
      if (isTaken) await assertSamePicture(jpeg);
      // Values that exceed 16 bits before or during the inverse DCT are left to libjpeg-turbo.
      assert(isTaken ? sumMax <= 32_767 : sumMax > 5_800);
      outcomes.add(`${isTaken} ${sumMax > 5_800}`);
    }),
    { numRuns: 300 },
  );
  assertEquals([...outcomes].toSorted(), ["false true", "true false", "true true"]);
});

Deno.test("JpegDecoder.decode() reads codes of up to 16 bits, whichever symbols have them", async () => {
  const symbolOrder = fc.shuffledSubarray(Array.from({ length: 256 }, (_, symbol) => symbol), { minLength: 256 });
  const small = fc.array(fc.array(fc.integer({ min: -30, max: 30 }), { maxLength: 64 }), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(factors, small, symbolOrder, async (factors, blocks, symbolOrder) => {
      await assertSamePicture(coefficientJpeg({ width: 50, height: 30, factors, blocks, symbolOrder }));
    }),
    { numRuns: 100 },
  );
});

Deno.test("JpegDecoder.decode() starts again at each restart marker, wherever in a row of MCUs that is", async () => {
  await fc.assert(
    fc.asyncProperty(
      width,
      side,
      factors,
      fc.integer({ min: 1, max: 30 }),
      async (width, height, factors, restartInterval) => {
        const blocks = [[300, 5], [-200, 0, 0, 7], [90]];
        await assertSamePicture(coefficientJpeg({ width, height, factors, blocks, restartInterval, frame: 0xc1 }));
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("JpegDecoder.decode() takes steps of 16 bits, and bits of the scan that are longer than it copies at once", async () => {
  const steps = Array.from({ length: 64 }, (_, index) => index === 0 ? 300 : 1 + index);
  await assertSamePicture(
    coefficientJpeg({ width: 40, height: 40, factors: FACTORS["4:2:0"], blocks: [[3, 1], [-2]], steps }),
  );
  // All ones: every byte is followed by a zero, and chunks end anywhere in that.
  const ones = new Array<number>(64).fill(15);
  const large = coefficientJpeg({
    width: 300,
    height: 200,
    factors: FACTORS["4:4:4"],
    blocks: [ones, [127, 63], ones],
  });
  assert(large.length > 100_000);
  await assertSamePicture(large);
  const { memoryBytes } = decoder;
  await assertSamePicture(large);
  assertEquals(decoder.memoryBytes, memoryBytes);
});
