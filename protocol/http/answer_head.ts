/** How long an answer's body is: so many bytes, in chunks that say it themselves, or to the end of the connection. */
export type BodyLength = number | "chunked" | "to the end";

/** Status and headers of an HTTP/1.1 answer. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
  readonly bodyLength: BodyLength;
  /** Whether another request may follow on the connection. */
  readonly keepsOpen: boolean;
  /** Of the head itself: the body begins there. */
  readonly headBytes: number;
}

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
const decoder = new TextDecoder("latin1");

/** The head at the beginning of `bytes`, or null when it is not all there yet. Throws for what is not HTTP/1. */
export function parseAnswerHead(bytes: Uint8Array): AnswerHead | null {
  const end = endOfHead(bytes);
  if (end < 0) return null;
  const [statusLine, ...lines] = decoder.decode(bytes.subarray(0, end)).split("\r\n");
  const [, minor, code] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine) ?? [];
  if (code === undefined) throw new TypeError("What answered does not speak HTTP/1.1.");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new TypeError("The answer has a header without a name.");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const status = Number(code);
  const bodyLength = bodyLengthOf(status, headers);
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  const keepsOpen = bodyLength !== "to the end" &&
    (minor === "1" ? connection !== "close" : connection === "keep-alive");
  return { status, headers, bodyLength, keepsOpen, headBytes: end + 4 };
}

function endOfHead(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(CARRIAGE_RETURN); at >= 0; at = bytes.indexOf(CARRIAGE_RETURN, at + 1)) {
    if (bytes[at + 1] !== LINE_FEED || bytes[at + 2] !== CARRIAGE_RETURN || bytes[at + 3] !== LINE_FEED) continue;
    return at;
  }
  return -1;
}

function bodyLengthOf(status: number, headers: Headers): BodyLength {
  if (status < 200 || status === 204 || status === 304) return 0;
  if (headers.get("transfer-encoding")?.toLowerCase() === "chunked") return "chunked";
  const length = headers.get("content-length");
  if (length === null) return "to the end";
  if (!/^\d{1,15}$/.test(length)) throw new TypeError("The answer says no length that could be one.");
  return Number(length);
}

/** What chunks hold, once the last one is there; null before. Throws for what are no chunks. */
export function joinChunks(bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (let at = 0;;) {
    const lineEnd = bytes.indexOf(CARRIAGE_RETURN, at);
    if (lineEnd < 0 || lineEnd + 1 >= bytes.length) return null;
    const [, digits] = /^([0-9a-f]{1,8})(?:;.*)?$/i.exec(decoder.decode(bytes.subarray(at, lineEnd))) ?? [];
    if (digits === undefined) throw new TypeError("The answer is not in the chunks that it promises.");
    const size = parseInt(digits, 16);
    const start = lineEnd + 2;
    if (size === 0) return endOfHead(bytes.subarray(lineEnd)) < 0 ? null : joined(pieces, total);
    if (bytes.length < start + size + 2) return null;
    pieces.push(bytes.subarray(start, start + size));
    total += size;
    at = start + size + 2;
  }
}

function joined(pieces: readonly Uint8Array[], total: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(total);
  let filled = 0;
  for (const piece of pieces) {
    all.set(piece, filled);
    filled += piece.length;
  }
  return all;
}
