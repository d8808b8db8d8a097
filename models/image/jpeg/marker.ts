/**
 * Second bytes of the markers that dml reads or writes (T.81, table B.1); the first byte is 0xff.
 */
export const MARKER = {
  baselineFrame: 0xc0,
  extendedFrame: 0xc1,
  huffmanTables: 0xc4,
  restart: 0xd0,
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  quantisationTables: 0xdb,
  restartInterval: 0xdd,
  application0: 0xe0,
  application1: 0xe1,
  application14: 0xee,
  application15: 0xef,
  comment: 0xfe,
} as const;

export { MARKER_START } from "../../kernels/jpeg.ts";
