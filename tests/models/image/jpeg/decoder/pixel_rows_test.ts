import fc from "fast-check";
import { assertEquals } from "../../../../assert.ts";
import { FREE_AT, openKernel } from "./opened_kernel.ts";

const { kernel, memory } = openKernel();
const bytes = new Uint8Array(memory);
const ROW_BYTES = 1_024;
const [LUMA_AT, CB_AT, CB_FAR_AT, CR_AT, CR_FAR_AT, TARGET_AT] = [1, 2, 3, 4, 5, 6].map((row) =>
  FREE_AT + row * ROW_BYTES
);

const limited = (value: number) => Math.min(Math.max(value, 0), 255);

/** R, G, B as jdcolor.c has them, from its tables of 16 bits behind the point. */
function toRgb(y: number, cb: number, cr: number): number[] {
  const fixed = (factor: number) => Math.round(factor * 65_536);
  const [u, v] = [cb - 128, cr - 128];
  const red = (fixed(1.402) * v + 32_768) >> 16;
  const green = (-fixed(0.34414) * u - fixed(0.71414) * v + 32_768) >> 16;
  const blue = (fixed(1.772) * u + 32_768) >> 16;
  return [y + red, y + green, y + blue].map(limited);
}

Deno.test("wholeRow() converts every colour as jdcolor.c does", () => {
  const levels = [0, 1, 77, 128, 200, 254, 255];
  for (let cb = 0; cb < 256; cb++) {
    for (const [index, y] of levels.entries()) {
      // One call for all 256 values of Cr.
      for (let at = 0; at < 256; at++) {
        bytes[LUMA_AT + at] = y ^ (at & index);
        bytes[CB_AT + at] = cb;
        bytes[CR_AT + at] = at;
      }
      kernel.wholeRow(LUMA_AT, CB_AT, CR_AT, TARGET_AT, 16);
      const expected = Array.from({ length: 256 }, (_, at) => toRgb(y ^ (at & index), cb, at)).flat();
      const actual = bytes.subarray(TARGET_AT, TARGET_AT + 768);
      const wrong = expected.findIndex((sample, at) => actual[at] !== sample);
      assertEquals(wrong, -1);
    }
  }
});

/** The triangle filter of jdsample.c, h2v2, on one row of pixels. */
function upsampleBoth(near: readonly number[], far: readonly number[]): number[] {
  const sums = near.map((value, at) => 3 * value + far[at]);
  return sums.flatMap((sum, at) => [
    (3 * sum + (sums[at - 1] ?? sum) + 8) >> 4,
    (3 * sum + (sums[at + 1] ?? sum) + 7) >> 4,
  ]);
}

/** The same, h2v1. */
function upsampleAcross(row: readonly number[]): number[] {
  return row.flatMap((value, at) => [
    (3 * value + (row[at - 1] ?? value) + 1) >> 2,
    (3 * value + (row[at + 1] ?? value) + 2) >> 2,
  ]);
}

/** Puts a row there, with its ends repeated. */
function place(row: readonly number[], at: number): void {
  bytes.set(row, at);
  bytes[at - 1] = row[0];
  bytes[at + row.length] = row[row.length - 1];
}

const sample = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 255));
const rows = fc.integer({ min: 1, max: 40 }).chain((length) => {
  const row = fc.array(sample, { minLength: length, maxLength: length });
  return fc.record({
    cbNear: row,
    cbFar: row,
    crNear: row,
    crFar: row,
    luma: fc.array(sample, { minLength: 80, maxLength: 80 }),
  });
});

Deno.test("halvedRow() interpolates colour as jdsample.c does, across and down or only across", () => {
  fc.assert(fc.property(rows, fc.boolean(), ({ cbNear, cbFar, crNear, crFar, luma }, isOnlyAcross) => {
    place(cbNear, CB_AT);
    place(cbFar, CB_FAR_AT);
    place(crNear, CR_AT);
    place(crFar, CR_FAR_AT);
    bytes.set(luma, LUMA_AT);
    const width = 2 * cbNear.length;
    const groups = Math.ceil(width / 16);
    if (isOnlyAcross) kernel.halvedRow(LUMA_AT, CB_AT, CB_AT, CR_AT, CR_AT, TARGET_AT, groups, 4, 8);
    else kernel.halvedRow(LUMA_AT, CB_AT, CB_FAR_AT, CR_AT, CR_FAR_AT, TARGET_AT, groups, 8, 7);
    const cb = isOnlyAcross ? upsampleAcross(cbNear) : upsampleBoth(cbNear, cbFar);
    const cr = isOnlyAcross ? upsampleAcross(crNear) : upsampleBoth(crNear, crFar);
    const expected = cb.flatMap((value, at) => toRgb(luma[at], value, cr[at]));
    assertEquals([...bytes.subarray(TARGET_AT, TARGET_AT + 3 * width)], expected);
  }));
});
