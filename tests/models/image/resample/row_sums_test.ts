import fc from "fast-check";
import { RowSums } from "../../../../models/image/resample/row_sums.ts";
import { assertEquals } from "../../../assert.ts";

/** A picture of any bytes, in memory that begins anywhere. */
const pictures = fc.record({
  width: fc.integer({ min: 1, max: 70 }),
  height: fc.integer({ min: 1, max: 40 }),
  offset: fc.nat({ max: 17 }),
  seed: fc.integer(),
}).map(({ width, height, offset, seed }) => {
  const data = new Uint8Array(offset + width * height * 3).subarray(offset);
  let state = seed >>> 0;
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[at] = at % 7 === 0 ? 255 : state >>> 24;
  }
  return { width, height, data };
});

/** Whole numbers that leave the sums room. */
const weights = fc.record({ first: fc.nat({ max: 6 }), between: fc.nat({ max: 6 }), last: fc.nat({ max: 6 }) });

Deno.test("RowSums adds up the rows that it is told, each as often as it counts, of one picture after the other", () => {
  const rows = fc.record({ from: fc.nat(), to: fc.nat(), step: fc.integer({ min: 1, max: 5 }) });
  fc.assert(
    fc.property(pictures, fc.array(fc.tuple(rows, weights), { minLength: 1, maxLength: 4 }), (picture, calls) => {
      const { width, height, data } = picture;
      const firsts = Int32Array.from({ length: width + 1 }, (_, at) => at % width);
      const lasts = firsts.map((first, at) => at === width ? first - 1 : first + (at * 7) % (width - first));
      const sums = new RowSums(picture, { firsts, lasts });
      for (const [{ from, to, step }, weights] of calls) {
        const first = from % height;
        const last = first + to % (height - first);
        const expected = new Array<number>(width * 3).fill(0);
        for (let row = first; row <= last; row += step) {
          const isLast = row + step > last;
          const weight = row === first ? weights.first : isLast ? weights.last : weights.between;
          expected.forEach((_, at) => expected[at] += data[row * width * 3 + at] * weight);
        }
        sums.sum({ first, last, step }, weights);
        assertEquals([...sums.sums.subarray(0, width * 3)], expected);
        firsts.forEach((first, at) => {
          const totals = [0, 1, 2].map((channel) => {
            let total = 0;
            for (let pixel = first; pixel <= lasts[at]; pixel++) total += expected[pixel * 3 + channel];
            return total;
          });
          assertEquals([...sums.spanSums.subarray(at * 4, at * 4 + 3)], totals);
        });
      }
    }),
  );
});

Deno.test("RowSums adds up only the pixels from the first to the last that a span covers", () => {
  const [width, height] = [9, 2];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => at);
  const firsts = Int32Array.of(0, 4, 3, 8);
  const sums = new RowSums({ width, height, data }, { firsts, lasts: Int32Array.of(-1, 5, 4, 7) });
  sums.sum({ first: 0, last: 1, step: 1 }, { first: 1, between: 1, last: 1 });
  assertEquals(sums.firstPixel, 3);
  const column = (pixel: number, channel: number) => 2 * (pixel * 3 + channel) + width * 3;
  assertEquals([...sums.sums.subarray(0, 9)], [3, 4, 5].flatMap((pixel) => [0, 1, 2].map((at) => column(pixel, at))));
  const spanSums = [0, 1, 2, 3].map((span) => [...sums.spanSums.subarray(span * 4, span * 4 + 3)]);
  const both = (one: number, other: number) => [0, 1, 2].map((at) => column(one, at) + column(other, at));
  assertEquals(spanSums, [[0, 0, 0], both(4, 5), both(3, 4), [0, 0, 0]]);
});

Deno.test("RowSums holds the largest sums that it is asked for, and the widest rows", () => {
  const height = 257;
  for (const width of [1, 40_000]) {
    const picture = { width, height, data: new Uint8Array(width * height * 3).fill(255) };
    const sums = new RowSums(picture, { firsts: Int32Array.of(0), lasts: Int32Array.of(width - 1) });
    sums.sum({ first: 0, last: height - 1, step: 1 }, { first: 1, between: 1, last: 1 });
    assertEquals(new Set(sums.sums.subarray(0, width * 3)), new Set([65_535]));
    assertEquals([...sums.spanSums.subarray(0, 3)], new Array(3).fill(65_535 * width));
  }
});
