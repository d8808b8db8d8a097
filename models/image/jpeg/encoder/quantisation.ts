import { invariant } from "../../../../protocol/kernel/invariant.ts";

/** Quantisation tables of luminance and chrominance at quality 50 (T.81, tables K.1 and K.2). */
// deno-fmt-ignore
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61,
  12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,
  24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];
// deno-fmt-ignore
const CHROMINANCE = [
  17, 18, 24, 47, 99, 99, 99, 99,
  18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99,
  47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
];

/** Quantisation tables of luminance and chrominance, in row order. */
export interface QuantisationTables {
  readonly luminance: readonly number[];
  readonly chrominance: readonly number[];
}

/**
 * Returns the tables for a quality of 1 to 100, as libjpeg scales them (`jpeg_quality_scaling` and
 * `jpeg_add_quant_table` of jcparam.c).
 */
export function quantisationTables(quality: number): QuantisationTables {
  invariant(Number.isInteger(quality) && quality >= 1 && quality <= 100, "the quality of a JPEG is 1 to 100");
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  const scaled = (table: readonly number[]) =>
    table.map((value) => Math.min(Math.max(Math.floor((value * percent + 50) / 100), 1), 255));
  return { luminance: scaled(LUMINANCE), chrominance: scaled(CHROMINANCE) };
}
