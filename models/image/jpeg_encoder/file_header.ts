import { AC_CHROMINANCE, AC_LUMINANCE, DC_CHROMINANCE, DC_LUMINANCE, type HuffmanTable } from "./huffman_codes.ts";
import type { QuantisationTables } from "./quantisation.ts";
import { ZIGZAG } from "./zigzag.ts";

/** Second bytes of the markers that are written (T.81, table B.1). */
const MARKER = { SOF0: 0xc0, DHT: 0xc4, SOI: 0xd8, SOS: 0xda, DQT: 0xdb, APP0: 0xe0 };

/** What follows the coded picture: the marker EOI. */
export const END_OF_IMAGE = [0xff, 0xd9];

/** Version 1.01, no unit of density, one pixel as wide as high, no thumbnail (ITU-T T.871). */
const JFIF = [...new TextEncoder().encode("JFIF\0"), 1, 1, 0, ...uint16(1), ...uint16(1), 0, 0];

/** Y with twice the samples of the others on both axes, which is 4:2:0; Y uses the first tables, Cb and Cr the second. */
const COMPONENTS = [
  { id: 1, sampling: 0x22, table: 0 },
  { id: 2, sampling: 0x11, table: 1 },
  { id: 3, sampling: 0x11, table: 1 },
];

/** All that comes before the coded picture, segment by segment as libjpeg writes it (jcmarker.c). */
export function fileHeader(
  { width, height, tables }: { width: number; height: number; tables: QuantisationTables },
): Uint8Array<ArrayBuffer> {
  const frame = COMPONENTS.flatMap(({ id, sampling, table }) => [id, sampling, table]);
  const scan = COMPONENTS.flatMap(({ id, table }) => [id, table << 4 | table]);
  return Uint8Array.from([
    ...[0xff, MARKER.SOI],
    ...segment(MARKER.APP0, JFIF),
    ...quantisation(0, tables.luminance),
    ...quantisation(1, tables.chrominance),
    ...segment(MARKER.SOF0, [8, ...uint16(height), ...uint16(width), COMPONENTS.length, ...frame]),
    ...huffman(0x00, DC_LUMINANCE),
    ...huffman(0x10, AC_LUMINANCE),
    ...huffman(0x01, DC_CHROMINANCE),
    ...huffman(0x11, AC_CHROMINANCE),
    // One scan of all 64 coefficients in full precision.
    ...segment(MARKER.SOS, [COMPONENTS.length, ...scan, 0, 63, 0]),
  ]);
}

function quantisation(number: number, table: readonly number[]): number[] {
  return segment(MARKER.DQT, [number, ...ZIGZAG.map((at) => table[at])]);
}

function huffman(classAndNumber: number, { counts, symbols }: HuffmanTable): number[] {
  return segment(MARKER.DHT, [classAndNumber, ...counts, ...symbols]);
}

function segment(marker: number, content: readonly number[]): number[] {
  return [0xff, marker, ...uint16(content.length + 2), ...content];
}

function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}
