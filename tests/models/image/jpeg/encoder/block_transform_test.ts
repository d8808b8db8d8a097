import fc from "fast-check";
import { divisors, reciprocals, type TransformKind } from "../../../../../models/image/jpeg/encoder/divisors.ts";
import {
  BLOCK_BYTES,
  DIVISORS_OFFSET,
  FACTORS_OFFSET,
  LEFT_AT,
  LUMINANCE_DIVISION_AT,
  REMAINDERS_OFFSET,
} from "../../../../../models/kernels/jpeg_encoder/memory_map.ts";
import { quantisationTables } from "../../../../../models/image/jpeg/encoder/quantisation.ts";
import { ZIGZAG } from "../../../../../models/image/jpeg/block.ts";
import { assertEquals } from "../../../../assert.ts";
import { plainQuotient, plainTransform } from "./plain_jpeg.ts";
import { encoderSteps } from "./run_kernel.ts";

/**
 * Returns a function from a block to its quantised coefficients as the kernel computes them, and to
 * those that it says are not 0.
 */
function transformer(kind: TransformKind) {
  const { steps, memory } = encoderSteps();
  const numbers = (at: number) => new Int16Array(memory.buffer, at, BLOCK_BYTES / 2);
  return (block: readonly number[], table: readonly number[]) => {
    const division = reciprocals(divisors(table, kind));
    numbers(LUMINANCE_DIVISION_AT + FACTORS_OFFSET).set(division.factors);
    numbers(LUMINANCE_DIVISION_AT + DIVISORS_OFFSET).set(division.divisors);
    numbers(LUMINANCE_DIVISION_AT + REMAINDERS_OFFSET).set(division.remaindersMax);
    numbers(LEFT_AT).set(block);
    const nonzero = BigInt.asUintN(64, steps.transform(LEFT_AT, LUMINANCE_DIVISION_AT, Number(kind === "accurate")));
    return { coefficients: [...numbers(LEFT_AT)], nonzero };
  };
}

const sample = fc.oneof(fc.integer({ min: -128, max: 127 }), fc.constantFrom(-128, 127));
const block = fc.oneof(
  fc.array(sample, { minLength: 64, maxLength: 64 }),
  // Smooth ones, of which few coefficients are left.
  fc.tuple(sample, fc.integer({ min: -6, max: 6 }), fc.integer({ min: -6, max: 6 })).map(([start, across, down]) =>
    Array.from({ length: 64 }, (_, at) => Math.min(Math.max(start + at % 8 * across + (at >> 3) * down, -128), 127))
  ),
);

for (const kind of ["accurate", "fast"] as const) {
  Deno.test(`transform() computes what libjpeg's ${kind} transform and its division do`, () => {
    const transform = transformer(kind);
    const quality = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(block, quality, (samples, quality) => {
        const table = quantisationTables(quality).luminance;
        const by = divisors(table, kind);
        const expected = plainTransform(samples, kind).map((value, at) => plainQuotient(value, by[at]));
        const { coefficients, nonzero } = transform(samples, table);
        assertEquals(coefficients, expected);
        const places = ZIGZAG.map((at, place) => expected[at] === 0 ? 0n : 1n << BigInt(place));
        assertEquals(nonzero, places.reduce((sum, bit) => sum | bit));
      }),
      { numRuns: 500 },
    );
  });

  Deno.test(`transform() has room for the largest numbers of the ${kind} transform`, () => {
    const transform = transformer(kind);
    const ones = new Array<number>(64).fill(1);
    const by = divisors(ones, kind);
    for (let wave = 0; wave < 64; wave++) {
      const cosine = (at: number, times: number) => Math.cos((2 * at + 1) * times * Math.PI / 16);
      const isLight = Array.from({ length: 64 }, (_, at) => cosine(at % 8, wave % 8) * cosine(at >> 3, wave >> 3) > 0);
      for (const [light, dark] of [[127, -128], [-128, 127]]) {
        const samples = isLight.map((value) => value ? light : dark);
        const expected = plainTransform(samples, kind).map((value, at) => plainQuotient(value, by[at]));
        assertEquals(transform(samples, ones).coefficients, expected);
      }
    }
  });
}
