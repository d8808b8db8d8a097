import fc from "fast-check";
import { cosine } from "../../../models/gallery/cosine.ts";
import { GalleryRows } from "../../../models/gallery/gallery_rows.ts";
import { CODE_MAX, quantise } from "../../../models/gallery/quantise.ts";
import { floatsAddress, rowLayout } from "../../../models/gallery/row_layout.ts";
import { QUERY_CODE_MAX, RowScan } from "../../../models/gallery/row_scan.ts";
import { ROWS_PER_BLOCK, SCRATCHES } from "../../../models/kernels/gallery_places.ts";
import { seededRandom } from "../../../protocol/kernel/random.ts";
import { assert, assertEquals } from "../../assert.ts";
import { madeFace, unit } from "./made_gallery.ts";

function opened(rows: readonly Float32Array[], dimensions: number): { scan: RowScan; memory: WebAssembly.Memory } {
  const held = new GalleryRows({ dimensions });
  rows.forEach((row, index) => assertEquals(held.write(row), index));
  const scan = new RowScan({ memory: held.memory, dimensions });
  return { scan, memory: held.memory };
}

/** Unit vectors: balanced ones, lopsided ones, and ones dominated by a single number. */
const direction = (dimensions: number) =>
  fc.array(fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 1, -1, 1e-30, 1_000)), {
    minLength: dimensions,
    maxLength: dimensions,
  }).filter((numbers) => Math.hypot(...numbers) > 1e-6).map((numbers) => unit(Float32Array.from(numbers)));

Deno.test("RowScan aim() says no while all scratches of the memory are in use", () => {
  const embedding = unit(Float32Array.of(1, 2, 3));
  const { memory } = opened([embedding], 3);
  const scans = Array.from({ length: SCRATCHES + 1 }, () => new RowScan({ memory, dimensions: 3 }));
  assertEquals(scans.map((scan) => scan.aim(embedding)), [...new Array(SCRATCHES).fill(true), false]);
  assertEquals(scans[5].aim(embedding), true, "it has one");
  scans[5].rest();
  assertEquals([scans[SCRATCHES].aim(embedding), scans[5].aim(embedding)], [true, false]);
});

Deno.test("RowScan similarityBounds() answers each scan about its own embedding, however many share the memory", () => {
  const random = seededRandom(5);
  const dimensions = 20;
  const rows = Array.from({ length: 9 }, () => madeFace(random, { dimensions }));
  const { memory } = opened(rows, dimensions);
  const answersOf = (scan: RowScan) =>
    Array.from(scan.similarityBounds(0, rows.length).similaritiesMax.subarray(0, rows.length));
  const alone = rows.map((row) => {
    const scan = new RowScan({ memory, dimensions });
    scan.aim(row);
    const answers = answersOf(scan);
    scan.rest();
    return answers;
  });
  const together = rows.map((row) => {
    const scan = new RowScan({ memory, dimensions });
    scan.aim(row);
    return scan;
  });
  assertEquals(together.map(answersOf), alone);
});

Deno.test("RowScan similarityBounds() never says less than the exact similarity, and its greatest is the greatest", () => {
  const given = fc.integer({ min: 1, max: 33 }).chain((dimensions) =>
    fc.record({
      dimensions: fc.constant(dimensions),
      rows: fc.array(direction(dimensions), { minLength: 1, maxLength: 11 }),
      embedding: direction(dimensions),
    })
  );
  fc.assert(fc.property(given, ({ dimensions, rows, embedding }) => {
    const { scan } = opened(rows, dimensions);
    scan.aim(embedding);
    const { similaritiesMax, greatest } = scan.similarityBounds(0, rows.length);
    rows.forEach((row, index) => assert(similaritiesMax[index] >= cosine(embedding, row)));
    assert(greatest >= Math.max(...similaritiesMax.subarray(0, rows.length)));
  }));
});

Deno.test("RowScan similarityBounds() is the plain sum of its kernel's formula, in each row of each block", () => {
  const random = seededRandom(3);
  for (const dimensions of [1, 7, 8, 9, 100, 512, 1_024]) {
    const rows = Array.from({ length: ROWS_PER_BLOCK + 6 }, () => madeFace(random, { dimensions }));
    const embedding = madeFace(random, { dimensions });
    const { scan } = opened(rows, dimensions);
    scan.aim(embedding);
    const query = new Int16Array(dimensions);
    const { scale: queryScale, error: queryError } = quantise(embedding, { codes: query, codeMax: QUERY_CODE_MAX });
    const codes = new Int8Array(dimensions);
    for (const [block, count] of [[0, ROWS_PER_BLOCK], [1, 6]]) {
      const { similaritiesMax } = scan.similarityBounds(block, count);
      for (let row = 0; row < count; row++) {
        const { scale, error } = quantise(rows[block * ROWS_PER_BLOCK + row], { codes, codeMax: CODE_MAX });
        const dot = codes.reduce((sum, code, index) => sum + code * query[index], 0);
        const expected = dot * scale * queryScale + error * (1.001 + queryError) + 1.001 * queryError + 2e-6;
        assert(Math.abs(similaritiesMax[row] - expected) < 1e-6, `${dimensions} ${block} ${row}`);
      }
    }
  }
});

Deno.test("RowScan similarityBounds() holds for the largest sums that codes can have", () => {
  const dimensions = 1_024;
  const even = unit(new Float32Array(dimensions).fill(1));
  const { scan } = opened([even, even.map((value) => -value), even, even], dimensions);
  scan.aim(even);
  const { similaritiesMax } = scan.similarityBounds(0, 4);
  assert(similaritiesMax[0] >= 1 - 1e-6 && similaritiesMax[0] < 1.001);
  assert(similaritiesMax[1] >= -1 && similaritiesMax[1] < -0.999);
});

Deno.test("RowScan similarityBounds() is within a fiftieth of the exact similarity of real sizes, so it rules out nearly all", () => {
  const random = seededRandom(4);
  const dimensions = 512;
  const rows = Array.from({ length: 200 }, () => madeFace(random, { dimensions }));
  const embedding = madeFace(random, { dimensions, centre: rows[10] });
  const { scan, memory } = opened(rows, dimensions);
  scan.aim(embedding);
  const { similaritiesMax } = scan.similarityBounds(0, rows.length);
  const floats = new Float32Array(memory.buffer);
  rows.forEach((row, index) => {
    const start = floatsAddress(rowLayout(dimensions), index) / Float32Array.BYTES_PER_ELEMENT;
    assertEquals(cosine(embedding, floats, start), cosine(embedding, row));
    assert(similaritiesMax[index] - cosine(embedding, row) < 0.02);
  });
});

Deno.test("quantise() stays within its declared error", () => {
  const row = fc.integer({ min: 1, max: 40 }).chain(direction);
  fc.assert(fc.property(row, fc.constantFrom(CODE_MAX, QUERY_CODE_MAX), (numbers, codeMax) => {
    const codes = new Int16Array(numbers.length);
    const { scale, error } = quantise(numbers, { codes, codeMax });
    const rest = Math.hypot(...numbers.map((number, index) => number - codes[index] * scale));
    assert(rest <= error);
    assertEquals(Math.max(...codes.map(Math.abs)), codeMax);
    assertEquals([Math.fround(scale), Math.fround(error)], [scale, error]);
  }));
});
