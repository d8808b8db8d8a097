import { BLOCK_SIZE, ZIGZAG } from "../block.ts";
import type { HuffmanTable } from "../huffman_table.ts";
import { MARKER, MARKER_START } from "../marker.ts";
import { AC_CHROMINANCE, AC_LUMINANCE, DC_CHROMINANCE, DC_LUMINANCE } from "./huffman_codes.ts";
import type { QuantisationTables } from "./quantisation.ts";

/**
 * Content of the JFIF segment: version 1.01, no density unit, square pixels, no thumbnail (ITU-T
 * T.871).
 */
const JFIF = [...new TextEncoder().encode("JFIF\0"), 1, 1, 0, ...uint16(1), ...uint16(1), 0, 0];

/**
 * The components. Y has twice the resolution of the others on both axes (4:2:0). Y uses the first
 * tables, Cb and Cr the second.
 */
const COMPONENTS = [
  { id: 1, sampling: 0x22, table: 0 },
  { id: 2, sampling: 0x11, table: 1 },
  { id: 3, sampling: 0x11, table: 1 },
];

/**
 * Returns all segments before the coded picture, in the order in which libjpeg writes them
 * (jcmarker.c).
 */
export function fileHeader(
  { width, height, tables }: { width: number; height: number; tables: QuantisationTables },
): Uint8Array<ArrayBuffer> {
  const frame = COMPONENTS.flatMap(({ id, sampling, table }) => [id, sampling, table]);
  const scan = COMPONENTS.flatMap(({ id, table }) => [id, table << 4 | table]);
  return Uint8Array.from([
    ...[MARKER_START, MARKER.startOfImage],
    ...segment(MARKER.application0, JFIF),
    ...quantisation(0, tables.luminance),
    ...quantisation(1, tables.chrominance),
    ...segment(MARKER.baselineFrame, [8, ...uint16(height), ...uint16(width), COMPONENTS.length, ...frame]),
    ...huffman(0x00, DC_LUMINANCE),
    ...huffman(0x10, AC_LUMINANCE),
    ...huffman(0x01, DC_CHROMINANCE),
    ...huffman(0x11, AC_CHROMINANCE),
    // One scan of all 64 coefficients in full precision.
    ...segment(MARKER.startOfScan, [COMPONENTS.length, ...scan, 0, BLOCK_SIZE - 1, 0]),
  ]);
}

function quantisation(number: number, table: readonly number[]): number[] {
  return segment(MARKER.quantisationTables, [number, ...ZIGZAG.map((at) => table[at])]);
}

function huffman(classAndNumber: number, { counts, symbols }: HuffmanTable): number[] {
  return segment(MARKER.huffmanTables, [classAndNumber, ...counts, ...symbols]);
}

function segment(marker: number, content: readonly number[]): number[] {
  return [MARKER_START, marker, ...uint16(content.length + 2), ...content];
}

function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}
