import { DmlError } from "../kernel/errors.ts";

/** Status line and headers of one answer, with those before it that only say that it takes longer. */
export const HEAD_BYTES_MAX = 16 * 1024;
const HEADERS_MAX = 100;

const CARRIAGE_RETURN = 13;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
/** A name, a colon, a value without white space around it (RFC 9112, section 5); lines that go on in the next one are none. */
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/;

/** What an HTTP/1.1 server says before the body of its answer. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
  /** Null when it cannot be told without reading what dml does not read: chunks, or all until the connection closes. */
  readonly bodyBytes: number | null;
  /** Whether the server takes another request on the same connection. */
  readonly isKeptAlive: boolean;
}

/** The index behind the head that `bytes` begin with, or -1 when it goes on. `from`: where it was not looked yet. */
export function headEnd(bytes: Uint8Array, from = 0): number {
  for (let at = Math.max(0, from - 3);; at++) {
    at = bytes.indexOf(CARRIAGE_RETURN, at);
    if (at < 0 || at + 4 > bytes.length) return -1;
    if (bytes[at + 1] === 10 && bytes[at + 2] === CARRIAGE_RETURN && bytes[at + 3] === 10) return at + 4;
  }
}

/** Reads a whole head, the empty line included. Throws `connection_lost` when it is none: nothing that follows can be trusted. */
export function parseResponseHead(bytes: Uint8Array, options: { method: string }): ResponseHead {
  const lines = String.fromCharCode(...bytes.subarray(0, -4)).split("\r\n");
  const statusLine = STATUS_LINE.exec(lines[0]);
  if (statusLine === null) throw notHttp("it begins with no status");
  const status = Number(statusLine[2]);
  const headers = headersIn(lines.slice(1));
  const tokens = (headers.get("connection") ?? "").toLowerCase().split(",").map((token) => token.trim());
  return {
    status,
    headers,
    bodyBytes: bodyBytes(headers, { status, ...options }),
    isKeptAlive: statusLine[1] === "1" && !tokens.includes("close"),
  };
}

function headersIn(lines: readonly string[]): Headers {
  if (lines.length > HEADERS_MAX) throw notHttp(`it has more than ${HEADERS_MAX} headers`);
  const headers = new Headers();
  for (const line of lines) {
    const match = HEADER_LINE.exec(line);
    if (match === null) throw notHttp("a line of it is no header");
    headers.append(match[1], match[2]);
  }
  return headers;
}

function bodyBytes(headers: Headers, options: { status: number; method: string }): number | null {
  const { status, method } = options;
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return 0;
  if (headers.has("transfer-encoding")) return null;
  const length = headers.get("content-length");
  if (length === null) return null;
  // Two lengths, which Headers joins by a comma, are none either.
  if (!/^\d{1,15}$/.test(length)) throw notHttp("its Content-Length is no number");
  return Number(length);
}

/** What the server says is not what it should; `why` ends the sentence. */
export function notHttp(why: string): DmlError {
  return new DmlError("connection_lost", `the answer is not HTTP/1.1: ${why}`);
}
