import { DmlError } from "../../../protocol/kernel/errors.ts";

const LF = 10;
const CR = 13;
const DASH = 45;
/** Characters of a boundary: RFC 2046 has 70. */
const BOUNDARY_CHARACTERS_MAX = 200;
/** Bytes of the headers of one part. */
const HEADER_BYTES_MAX = 16 * 1024;

/** One part of a `multipart` body. */
export interface Part {
  /** Headers by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes of the part, in the memory of the body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Returns the boundary of a `multipart` body: the one that `contentType` names, or else the first
 * line of `body`, because axios up to 0.27 and some scripts leave it out of the header. Throws
 * `request_invalid`.
 */
export function boundaryOf(contentType: string, body: Uint8Array<ArrayBuffer>): string {
  const [, quoted, token] = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? token ?? boundaryIn(body);
  if (boundary !== null && boundary.length <= BOUNDARY_CHARACTERS_MAX) return boundary;
  throw new DmlError("request_invalid", "The form has no boundary, neither in its Content-Type nor in its first line.");
}

function boundaryIn(body: Uint8Array<ArrayBuffer>): string | null {
  const line = new TextDecoder("latin1").decode(body.subarray(0, BOUNDARY_CHARACTERS_MAX + 4));
  return /^--([\x21-\x7e]+)\r?\n/.exec(line)?.[1] ?? null;
}

/**
 * Returns the parts of `body` in their order (RFC 2046, 5.1), which are not copied. Lines may end
 * with LF alone. Throws `request_invalid` if the body is no such form or is cut short.
 */
export function* partsOf(body: Uint8Array<ArrayBuffer>, boundary: string): Generator<Part> {
  const delimiter = new TextEncoder().encode(`--${boundary}`);
  let found = findDelimiter(body, { delimiter, from: 0 });
  if (found === null) throw invalid("The form does not have the boundary that its Content-Type names.");
  while (!found.isLast) {
    const { headers, end } = readHeaders(body, found.end);
    const next = findDelimiter(body, { delimiter, from: end });
    if (next === null) throw invalid("The form is cut short: its last boundary is missing.");
    yield { headers, bytes: body.subarray(end, Math.max(end, next.start)) };
    found = next;
  }
}

/** A line with the boundary. */
interface DelimiterLine {
  /** Offset of the line end in front of it, which does not belong to the part. */
  readonly start: number;
  /** Offset behind it. */
  readonly end: number;
  /** True if the form ends with it. */
  readonly isLast: boolean;
}

function findDelimiter(
  body: Uint8Array<ArrayBuffer>,
  { delimiter, from }: { delimiter: Uint8Array; from: number },
): DelimiterLine | null {
  // A plain loop, because a body may consist of line ends: a search from each to the next would take
  // a hundred times as long.
  for (let at = from; at < body.length; at++) {
    if (body[at] !== DASH || (at > 0 && body[at - 1] !== LF)) continue;
    const line = startsWith(body, { delimiter, at }) ? delimiterAt(body, { at, delimiter }) : null;
    if (line !== null) return line;
  }
  return null;
}

function delimiterAt(
  body: Uint8Array<ArrayBuffer>,
  { at, delimiter }: { at: number; delimiter: Uint8Array },
): DelimiterLine | null {
  const hasLineEnd = at > 0 ? (body[at - 2] === CR ? 2 : 1) : 0;
  const start = at - hasLineEnd;
  let end = at + delimiter.length;
  if (body[end] === DASH && body[end + 1] === DASH) return { start, end: end + 2, isLast: true };
  while (body[end] === 0x20 || body[end] === 0x09) end++;
  if (body[end] === CR) end++;
  return body[end] === LF ? { start, end: end + 1, isLast: false } : null;
}

function startsWith(body: Uint8Array, { delimiter, at }: { delimiter: Uint8Array; at: number }): boolean {
  for (let index = 0; index < delimiter.length; index++) {
    if (body[at + index] !== delimiter[index]) return false;
  }
  return true;
}

function readHeaders(
  body: Uint8Array<ArrayBuffer>,
  from: number,
): { headers: ReadonlyMap<string, string>; end: number } {
  const headers = new Map<string, string>();
  const decoder = new TextDecoder();
  let at = from;
  while (true) {
    const lineEnd = body.indexOf(LF, at);
    if (lineEnd < 0 || lineEnd - from > HEADER_BYTES_MAX) {
      throw invalid(`The headers of a part of the form do not end within ${HEADER_BYTES_MAX} bytes.`);
    }
    const line = decoder.decode(body.subarray(at, lineEnd)).replace(/\r$/, "");
    at = lineEnd + 1;
    if (line === "") return { headers, end: at };
    const colon = line.indexOf(":");
    if (colon <= 0) throw invalid("A part of the form has a line that is no header.");
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence, {
    advice: "Let a library make the form, and its Content-Type with the boundary.",
  });
}
