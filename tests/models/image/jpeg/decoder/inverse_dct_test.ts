import fc from "fast-check";
import { BLOCK_AT } from "../../../../../models/image/jpeg/decoder/memory_map.ts";
import { coefficientOffset } from "../../../../../models/image/jpeg/decoder/quantisation_table.ts";
import { IS_HIGH, SUM_MAX } from "../../../../../models/kernels/jpeg_decoder/memory_map.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import { FREE_AT, openKernel } from "./opened_kernel.ts";

const { kernel, memory } = openKernel();
const STRIDE = 24;

const fixed = (factor: number) => Math.round(factor * 8_192);

/** One transform as jidctint.c does it: eight inputs, eight outputs times 2^13. */
function transformOnce(x: readonly number[]): number[] {
  const z1 = (x[2] + x[6]) * fixed(0.541196100);
  const [even2, even3] = [z1 - x[6] * fixed(1.847759065), z1 + x[2] * fixed(0.765366865)];
  const [even0, even1] = [(x[0] + x[4]) * 8_192, (x[0] - x[4]) * 8_192];
  const evens = [even0 + even3, even1 + even2, even1 - even2, even0 - even3];
  const z5 = (x[7] + x[3] + x[5] + x[1]) * fixed(1.175875602);
  const [a, b] = [-(x[7] + x[1]) * fixed(0.899976223), -(x[5] + x[3]) * fixed(2.562915447)];
  const [c, d] = [z5 - (x[7] + x[3]) * fixed(1.961570560), z5 - (x[5] + x[1]) * fixed(0.390180644)];
  const odds = [
    x[1] * fixed(1.501321110) + a + d,
    x[3] * fixed(3.072711026) + b + c,
    x[5] * fixed(2.053119869) + b + d,
    x[7] * fixed(0.298631336) + a + c,
  ];
  return [...evens.map((even, n) => even + odds[n]), ...evens.map((even, n) => even - odds[n]).reverse()];
}

const rounded = (value: number, bits: number) => (value + 2 ** (bits - 1)) >> bits;

/** Both passes, and the table of range limits of jdmaster.c. */
function inverseDct(coefficients: readonly number[]): { samples: number[]; halfway: number[] } {
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const columns = eight.map((column) =>
    transformOnce(eight.map((row) => coefficients[8 * row + column])).map((value) => rounded(value, 11))
  );
  const halfway = eight.flatMap((row) => columns.map((column) => column[row]));
  const samples = eight.flatMap((row) => transformOnce(halfway.slice(8 * row, 8 * row + 8))).map((value) => {
    const level = rounded(value, 18) << 22 >> 22;
    return Math.min(Math.max(level + 128, 0), 255);
  });
  return { samples, halfway };
}

/**
 * Puts a block where the decoder has it, without its DC coefficient, and runs the decoder's
 * transform.
 */
function runTransform(coefficients: readonly number[]) {
  const block = new DataView(memory, BLOCK_AT, 128);
  let [seen, sum] = [0, 0];
  coefficients.forEach((value, place) => {
    sum += Math.abs(value);
    if (place === 0 || value === 0) return;
    block.setInt16(coefficientOffset(place), value, true);
    seen |= 1 << 16 | (Math.max(place >> 3, place & 7) > 3 ? IS_HIGH : 0);
  });
  new Uint8Array(memory, FREE_AT).fill(77);
  const answer = kernel.transform(coefficients[0], FREE_AT, STRIDE, seen, sum);
  const rows = Array.from({ length: 8 }, (_, row) => [...new Uint8Array(memory, FREE_AT + row * STRIDE, STRIDE)]);
  const rest = new Uint8Array(memory, BLOCK_AT, 128);
  assert(rest.every((byte) => byte === 0), "the block is left empty");
  return { answer, samples: rows.flatMap((row) => row.slice(0, 8)), beside: rows.flatMap((row) => row.slice(8)) };
}

function assertTransformed(coefficients: readonly number[]): void {
  const { samples, halfway } = inverseDct(coefficients);
  const { answer, samples: actual, beside } = runTransform(coefficients);
  if (answer === 0) assertEquals(actual, samples);
  else assert(halfway.some((value) => value <= -0x8000 || value >= 0x7fff), "there was a reason");
  assert(beside.every((byte) => byte === 77), "nothing else is written");
}

const sumOf = (coefficients: readonly number[]) => coefficients.reduce((sum, value) => sum + Math.abs(value), 0);
/** Blocks with coefficients in the upper left square of `side` only. */
const blockOf = (side: number, most: number) =>
  fc.array(fc.integer({ min: -most, max: most }), { minLength: 64, maxLength: 64 }).map((values) =>
    values.map((value, index) => Math.max(index >> 3, index & 7) < side ? value : 0)
  ).filter((values) => sumOf(values) <= SUM_MAX);

Deno.test("transform() is jidctint.c to the bit, for few coefficients and many, small ones and large", () => {
  for (const [side, most] of [[1, 5_000], [2, 900], [4, 60], [4, 2_000], [5, 60], [8, 20], [8, 80], [8, 500]]) {
    fc.assert(fc.property(blockOf(side, most), assertTransformed), { numRuns: 200 });
  }
});

Deno.test("transform() goes round where jidctint.c does, and says so where 16 bits are too few", () => {
  let gaveUp = 0;
  for (let at = 0; at < 64; at++) {
    for (const value of [-32_767, -9_000, -5_800, -2_200, -2_000, 1_999, 4_096, 5_799, 6_500, 32_767]) {
      const block = new Array<number>(64).fill(0).with(at, value);
      assertTransformed(block);
      const isGivenUp = runTransform(block).answer !== 0;
      assert(!isGivenUp || Math.abs(value) > 5_800);
      gaveUp += Number(isGivenUp);
    }
  }
  assert(gaveUp > 63);
});
