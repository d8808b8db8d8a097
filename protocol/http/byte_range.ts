/** The bytes from index `start` up to, but not including, index `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the bytes that a `Range` header requests of a resource of `size` bytes (RFC 9110, section
 * 14). Returns `null` if everything must be sent, because there is no header or it is not exactly
 * one well-formed range of bytes, and `unsatisfiable` if the range contains none of the bytes.
 */
export function parseByteRange(
  header: string | null,
  size: number,
): ByteRange | null | "unsatisfiable" {
  const match = header?.match(/^bytes=(\d*)-(\d*)$/i);
  if (!match) return null;
  const [, first, last] = match;
  if (first === "") {
    if (last === "") return null;
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return null;
  return start >= size ? "unsatisfiable" : { start, end };
}

/** Returns the `Content-Range` header for `range` of a resource of `size` bytes. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end - 1}/${size}`;
}

/**
 * Parses a `Content-Range` header into the range (`null` if it is `*`) and the size of the whole.
 * Returns `null` if the header is missing or malformed.
 */
export function parseContentRange(
  header: string | null,
): { range: ByteRange | null; size: number } | null {
  const match = header?.match(/^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/i);
  if (!match) return null;
  const [, first, last, size] = match;
  const range = first === undefined ? null : { start: Number(first), end: Number(last) + 1 };
  return { range, size: Number(size) };
}
