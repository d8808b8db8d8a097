import { ByteReader } from "../byte_reader.ts";
import { MARKER, MARKER_START } from "./marker.ts";
import type { JpegHeader } from "./header.ts";

/** Number of coefficients of a block. */
const COEFFICIENTS = 64;

/**
 * Returns true if the scans of a Huffman-coded JPEG contain every coefficient of every component to
 * its last bit (T.81, G.1.1.1); a progressive file that was cut between two scans does not. Does
 * not check the bits within the scans. Returns false if a segment is cut short.
 */
export function hasAllScans(bytes: Uint8Array, { components, scanOffset }: JpegHeader): boolean {
  const reader = new ByteReader(bytes);
  const missing = new Map<number, Set<number>>();
  let at: number | null = scanOffset;
  while (at !== null && at + 3 < bytes.length) {
    const marker = bytes[at + 1];
    if (marker === MARKER.endOfImage) break;
    const length = reader.uint16(at + 2);
    if (at + 2 + length > bytes.length) return false;
    if (marker === MARKER.startOfScan) noteScan(missing, reader.slice(at + 4, Math.max(0, length - 2)));
    at = nextSegment(bytes, at + 2 + length);
  }
  return missing.size === components && [...missing.values()].every(({ size }) => size === 0);
}

/**
 * Removes the coefficients that a scan with this header completes from `missing`, which is keyed by
 * component id.
 */
function noteScan(missing: Map<number, Set<number>>, header: Uint8Array): void {
  const [count] = header;
  const [start, end, bitPositions] = header.subarray(1 + 2 * count);
  for (let index = 0; index < count; index++) {
    const id = header[1 + 2 * index];
    const left = missing.get(id) ?? new Set(Array(COEFFICIENTS).keys());
    missing.set(id, left);
    const isLastBit = (bitPositions & 0x0f) === 0;
    for (let coefficient = start; isLastBit && coefficient <= end; coefficient++) left.delete(coefficient);
  }
}

/**
 * Returns the offset of the next marker with a segment; skips coded data and restart markers.
 * Returns `null` if there is none.
 */
export function nextSegment(bytes: Uint8Array, from: number): number | null {
  for (let at = bytes.indexOf(MARKER_START, from); at !== -1; at = bytes.indexOf(MARKER_START, at + 1)) {
    const marker = bytes[at + 1];
    const isRestart = marker >= MARKER.restart && marker < MARKER.restart + 8;
    if (marker > 0 && marker !== MARKER_START && !isRestart) return at;
  }
  return null;
}
