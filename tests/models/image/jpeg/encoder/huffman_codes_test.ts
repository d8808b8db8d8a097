import {
  AC_CHROMINANCE,
  AC_LUMINANCE,
  DC_CHROMINANCE,
  DC_LUMINANCE,
  huffmanCodes,
} from "../../../../../models/image/jpeg/encoder/huffman_codes.ts";
import { assert, assertEquals } from "../../../../assert.ts";

Deno.test("huffmanCodes() gives each symbol a code that begins no other", () => {
  for (const table of [DC_LUMINANCE, DC_CHROMINANCE, AC_LUMINANCE, AC_CHROMINANCE]) {
    const codes = [...huffmanCodes(table).values()].map(({ bits, length }) => bits.toString(2).padStart(length, "0"));
    assertEquals(codes.length, table.symbols.length);
    assertEquals(new Set(table.symbols).size, table.symbols.length);
    // Sorted, what begins another code stands right before one that it begins.
    const sorted = codes.sort();
    sorted.slice(1).forEach((code, index) => assert(!code.startsWith(sorted[index])));
  }
  // T.81, tables K.3 and K.5: the end of a block, sixteen zeros, and some more.
  assertEquals(huffmanCodes(AC_LUMINANCE).get(0x00), { bits: 0b1010, length: 4 });
  assertEquals(huffmanCodes(AC_LUMINANCE).get(0xf0), { bits: 0b11111111001, length: 11 });
  assertEquals(huffmanCodes(AC_CHROMINANCE).get(0xf0), { bits: 0b1111111010, length: 10 });
  assertEquals(huffmanCodes(AC_LUMINANCE).get(0xfa), { bits: 0xfffe, length: 16 });
  assertEquals(huffmanCodes(DC_LUMINANCE).get(11), { bits: 0b111111110, length: 9 });
});
