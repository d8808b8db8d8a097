import { MARKER, MARKER_START } from "../marker.ts";

/** The fewest zeros at the end that are taken for erased data: a scan seldom ends with as many. */
const ZEROS_MIN = 32;

/**
 * Returns the offset at which the zeros begin that the end of a JPEG was overwritten with, before
 * an end marker or without one; `null` if it does not end with zeros.
 */
export function paddingStart(bytes: Uint8Array): number | null {
  const isEnded = bytes.at(-2) === MARKER_START && bytes.at(-1) === MARKER.endOfImage;
  const end = isEnded ? bytes.length - 2 : bytes.length;
  let start = end;
  while (start > 0 && bytes[start - 1] === 0) start--;
  return end - start < ZEROS_MIN ? null : start;
}
