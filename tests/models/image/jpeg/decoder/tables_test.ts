import fc from "fast-check";
import { writeHuffmanLookup } from "../../../../../models/image/jpeg/decoder/huffman_lookup.ts";
import { HUFFMAN, HUFFMAN_BYTES, LOOKUP_BITS } from "../../../../../models/image/jpeg/decoder/memory_map.ts";
import {
  coefficientOffset,
  ENTRIES,
  quantisationTable,
} from "../../../../../models/image/jpeg/decoder/quantisation_table.ts";
import { ZIGZAG } from "../../../../../models/image/jpeg/block.ts";
import { assert, assertEquals } from "../../../../assert.ts";

Deno.test("quantisationTable() gives each coefficient a place of its own, and what is beyond the last a step too large", () => {
  const steps = Uint16Array.from({ length: 64 }, (_, index) => 1 + index);
  const table = quantisationTable(steps);
  assertEquals(table.length, ENTRIES);
  const offsets = ZIGZAG.map((place) => coefficientOffset(place));
  assertEquals(offsets.toSorted((one, other) => one - other), Array.from({ length: 64 }, (_, index) => 2 * index));
  assertEquals([...table.subarray(0, 64)].map((entry) => entry & 0x7f), offsets);
  assertEquals([...table.subarray(0, 64)].map((entry) => entry >> 16), [...steps]);
  assertEquals([...table.subarray(64)].map((entry) => entry >> 16), new Array(16).fill(0x7fff));
});

/** Counts of codes that are a table, with room left: no code is all ones. */
const counts = fc.array(fc.double({ min: 0, max: 0.7, noNaN: true }), { minLength: 16, maxLength: 16 }).map(
  (shares) => {
    let free = 1;
    let left = 256;
    return shares.map((share) => {
      free *= 2;
      const count = Math.min(Math.floor(share * share * (free - 1)), left, 255);
      free -= count;
      left -= count;
      return count;
    });
  },
);

Deno.test("writeHuffmanLookup() writes what the codes say, short and long ones", () => {
  fc.assert(fc.property(counts, fc.uint8Array({ minLength: 256, maxLength: 256 }), (counts, all) => {
    const symbols = all.slice(0, counts.reduce((sum, count) => sum + count, 0));
    const target = new Uint8Array(HUFFMAN_BYTES).fill(0xee);
    assert(writeHuffmanLookup({ counts: Uint8Array.from(counts), symbols }, target));
    const view = new DataView(target.buffer);
    let [code, index] = [0, 0];
    counts.forEach((count, at) => {
      const length = at + 1;
      for (let nth = 0; nth < count; nth++, code++, index++) {
        if (length <= LOOKUP_BITS) {
          // All ones follow the code: as value bits they are positive.
          const rest = LOOKUP_BITS - length;
          const entry = view.getInt32(HUFFMAN.lookup + 4 * ((code << rest) + (1 << rest) - 1), true);
          const [size, run] = [symbols[index] & 15, symbols[index] >> 4];
          const holdsValue = size > 0 && size <= Math.min(rest, 10);
          const expected = holdsValue
            ? ((1 << size) - 1) << 16 | (run + 1) << 8 | (length + size)
            : symbols[index] << 8 | length;
          assertEquals(entry, expected);
        }
        if (length > 8) {
          const limits = [9, 10, 11, 12, 13, 14, 15, 16].map((_, nth) =>
            view.getUint16(HUFFMAN.limits + 2 * nth, true)
          );
          const next = code << (16 - length);
          assertEquals(limits.filter((limit) => next >= limit).length, length - 9);
          const offset = view.getInt32(HUFFMAN.offsets + 4 * (length - 9), true);
          assertEquals(target[HUFFMAN.symbols + code + offset], symbols[index]);
        }
      }
      code *= 2;
    });
  }));
});

Deno.test("writeHuffmanLookup() refuses more codes than there are, and one that is all ones", () => {
  const target = new Uint8Array(HUFFMAN_BYTES);
  const table = (...counts: number[]) => {
    const all = Uint8Array.from({ length: 16 }, (_, index) => counts[index] ?? 0);
    return { counts: all, symbols: new Uint8Array(all.reduce((sum, count) => sum + count, 0)) };
  };
  assert(writeHuffmanLookup(table(1, 1), target));
  for (const wrong of [table(2), table(3), table(1, 2), table(1, 1, 2), table(0, 0, 255)]) {
    assertEquals(writeHuffmanLookup(wrong, target), false);
  }
});
