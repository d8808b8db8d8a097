import fc from "fast-check";
import {
  CB_AT,
  CR_AT,
  LEFT_AT,
  PIXELS_AT,
  RIGHT_AT,
  ROW_BYTES,
} from "../../../../../models/kernels/jpeg_encoder/memory_map.ts";
import { assertEquals } from "../../../../assert.ts";
import { noise } from "./made_pictures.ts";
import { plainColour } from "./plain_jpeg.ts";
import { encoderSteps } from "./run_kernel.ts";

const { steps, memory } = encoderSteps();
const pixelBytes = new Uint8Array(memory.buffer, PIXELS_AT, 16 * ROW_BYTES);

/** Returns Y, Cb and Cr of the pixel in this row and column of memory. */
function colourAt(row: number, column: number): number[] {
  const [red, green, blue] = pixelBytes.subarray(row * ROW_BYTES + column * 3);
  return plainColour(red, green, blue);
}

function assertConverted({ pairCount, left }: { pairCount: number; left: number }): void {
  steps.convert(PIXELS_AT + left * 3, pairCount);
  for (let row = 0; row < 16; row++) {
    const from = Math.min(row, 2 * pairCount - 1);
    const found = [LEFT_AT, RIGHT_AT].flatMap((at) => [...new Int16Array(memory.buffer, at + row * 16, 8)]);
    assertEquals(found, found.map((_, column) => colourAt(from, left + column)[0]));
  }
  [CB_AT, CR_AT].forEach((block, index) => {
    for (let row = 0; row < 8; row++) {
      const from = 2 * Math.min(row, pairCount - 1);
      const expected = Array.from({ length: 8 }, (_, column) => {
        const four = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([down, across]) =>
          colourAt(from + down, left + 2 * column + across)[1 + index] + 128
        );
        return ((four.reduce((sum, value) => sum + value) + 1 + column % 2) >> 2) - 128;
      });
      assertEquals([...new Int16Array(memory.buffer, block + row * 16, 8)], expected);
    }
  });
}

Deno.test("convert() computes the colours and the means of libjpeg, and repeats the last rows", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 8 }), fc.nat(60), (seed, pairCount, mcu) => {
    pixelBytes.set(noise(pixelBytes.length, seed));
    assertConverted({ pairCount, left: mcu * 16 });
  }));
});

Deno.test("convert() takes the purest colours", () => {
  // All 64 corners and middles of the cube of colours, in several orders.
  for (let shift = 0; shift < 4; shift++) {
    const levels = [0, 85, 170, 255];
    for (let at = 0; at < 16 * ROW_BYTES; at++) {
      const pixel = Math.floor(at % ROW_BYTES / 3) + 16 * Math.floor(at / ROW_BYTES);
      pixelBytes[at] = levels[(pixel + shift >> at % ROW_BYTES % 3 * 2) % 4];
    }
    assertConverted({ pairCount: 8, left: 0 });
  }
});
