import fc from "fast-check";
import { codesByLength } from "../../../../models/image/jpeg/huffman_table.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("codesByLength() goes on from the shorter codes, a zero longer", () => {
  const counts = [0, 1, 5, 1, ...new Array(12).fill(0)];
  const codes = codesByLength({ counts, symbols: [] });
  assertEquals(codes.map(({ length }) => length), Array.from({ length: 16 }, (_, at) => at + 1));
  assertEquals(codes.slice(0, 5).map(({ count, code, index }) => [count, code, index]), [
    [0, 0b0, 0],
    [1, 0b00, 0],
    [5, 0b010, 1],
    [1, 0b1110, 6],
    [0, 0b11110, 7],
  ]);
});

Deno.test("codesByLength() is the recursion of T.81, figure C.2", () => {
  const anyCounts = fc.uint8Array({ minLength: 16, maxLength: 16, max: 20 });
  fc.assert(fc.property(anyCounts, (counts) => {
    const sizes = [...counts].flatMap((count, at) => new Array<number>(count).fill(at + 1));
    const expected: number[] = [];
    let [code, size] = [0, sizes[0]];
    for (const next of sizes) {
      for (; size < next; size++) code *= 2;
      expected.push(code++);
    }
    const found = codesByLength({ counts, symbols: [] }).flatMap(({ count, code, index }) => {
      assertEquals(expected.slice(index, index + count).at(0), count === 0 ? undefined : code);
      return Array.from({ length: count }, (_, nth) => code + nth);
    });
    assertEquals(found, expected);
  }));
});
