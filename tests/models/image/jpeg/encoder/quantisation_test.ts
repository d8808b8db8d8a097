import { quantisationTables } from "../../../../../models/image/jpeg/encoder/quantisation.ts";
import { assert, assertEquals } from "../../../../assert.ts";

Deno.test("quantisationTables() scales as libjpeg does, from the coarsest to none", () => {
  assertEquals(quantisationTables(50).luminance.slice(0, 8), [16, 11, 10, 16, 24, 40, 51, 61]);
  assertEquals(quantisationTables(85).luminance.slice(0, 8), [5, 3, 3, 5, 7, 12, 15, 18]);
  assertEquals(quantisationTables(85).chrominance.slice(0, 8), [5, 5, 7, 14, 30, 30, 30, 30]);
  assert(quantisationTables(100).luminance.every((value) => value === 1));
  assert(quantisationTables(1).chrominance.every((value) => value === 255));
});
