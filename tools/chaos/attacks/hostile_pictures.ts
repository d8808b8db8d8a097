import { concat } from "../../../protocol/kernel/concat.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Returns a copy of a JPEG whose header claims another size. */
export function claimingSize(jpeg: Uint8Array, { width, height }: { width: number; height: number }): Bytes {
  const bytes = Uint8Array.from(jpeg);
  // Baseline or progressive: marker, length, precision, height, width.
  const frame = bytes.findIndex((byte, at) => byte === 0xff && [0xc0, 0xc1, 0xc2].includes(bytes[at + 1]));
  const view = new DataView(bytes.buffer);
  view.setUint16(frame + 5, height);
  view.setUint16(frame + 7, width);
  return bytes;
}

/** Returns a copy of a progressive JPEG whose last scan comes again until there are `scans`. */
export function repeatingScans(jpeg: Uint8Array, scans: number): Bytes {
  const bytes = Uint8Array.from(jpeg);
  const starts = [...bytes.keys()].filter((at) => bytes[at] === 0xff && bytes[at + 1] === 0xda);
  const end = bytes.length - 2;
  const last = bytes.subarray(starts[starts.length - 1], end);
  const more = Array.from({ length: scans - starts.length }, () => last);
  return concat([bytes.subarray(0, end), ...more, bytes.subarray(end)]);
}
