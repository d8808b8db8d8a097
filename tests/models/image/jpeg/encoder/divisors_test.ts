import fc from "fast-check";
import { divisors, reciprocals } from "../../../../../models/image/jpeg/encoder/divisors.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import { plainQuotient } from "./plain_jpeg.ts";

Deno.test("reciprocals() divide exactly whatever a coefficient and its divisor can be", () => {
  /** Divides as the kernel does, with 16-bit numbers. */
  const divide = (magnitude: number, divisor: number) => {
    const { factors, divisors, remaindersMax } = reciprocals([divisor]);
    const quotient = (magnitude * factors[0] + 2 ** 14) >> 15;
    const remainder = magnitude - quotient * divisors[0];
    assert(remainder >= -(2 ** 15) && remainder < 2 ** 15);
    return quotient + (remainder > remaindersMax[0] ? 1 : 0);
  };
  const magnitudeMax = 2 ** 15 - 1;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4_000 }), fc.nat(magnitudeMax), (divisor, magnitude) => {
      assertEquals(divide(magnitude, divisor), plainQuotient(magnitude, divisor));
    }),
    { numRuns: 2_000 },
  );
  // On both sides of where the quotient changes.
  for (let divisor = 1; divisor <= 4_000; divisor += divisor < 300 ? 1 : 37) {
    for (let change = divisor >> 1; change <= magnitudeMax - 1; change += divisor) {
      for (const magnitude of [change - 1, change, change + 1].filter((value) => value >= 0)) {
        if (divide(magnitude, divisor) !== plainQuotient(magnitude, divisor)) {
          assertEquals(divide(magnitude, divisor), plainQuotient(magnitude, divisor), `${magnitude} / ${divisor}`);
        }
      }
    }
  }
});

Deno.test("divisors() undoes what the transforms leave", () => {
  const ones = new Array<number>(64).fill(1);
  assert(divisors(ones, "accurate").every((value) => value === 8));
  assertEquals(divisors(ones, "fast").slice(0, 8), [8, 11, 10, 9, 8, 6, 4, 2]);
  const fast = divisors(new Array<number>(64).fill(255), "fast");
  assertEquals([fast[0], fast[9], fast[63]], [2_040, 3_925, 155]);
});
