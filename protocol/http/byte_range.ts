/** Bytes from index `start` to before index `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a `Range` header asks of something `size` bytes long (RFC 9110, section 14): the range; null when all of it is
 * to be sent, because there is no header or not one single well-formed range of bytes; `unsatisfiable` when nothing is there.
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

/** The `Content-Range` header of a part. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end - 1}/${size}`;
}

/** Reads a `Content-Range` header: the range (null where it is `*`) and the whole size; null when it is not one. */
export function parseContentRange(
  header: string | null,
): { range: ByteRange | null; size: number } | null {
  const match = header?.match(/^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/i);
  if (!match) return null;
  const [, first, last, size] = match;
  const range = first === undefined ? null : { start: Number(first), end: Number(last) + 1 };
  return { range, size: Number(size) };
}
