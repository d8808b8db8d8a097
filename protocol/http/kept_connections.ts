import { LIMITS } from "../kernel/limits.ts";
import { type AnswerHead, joinChunks, parseAnswerHead } from "./answer_head.ts";

/** Host and path of a URL as dml makes them; any other is left to `fetch`. */
const PLAIN_URL = /^http:\/\/([a-z0-9._:[\]-]+)(\/[!"$-~]*)?$/i;
/** Room for the head of an answer, and for the whole of a short one. */
const SCRATCH_BYTES = 32 * 1024;
/** Beyond a picture: the JSON before it. */
const BODY_BYTES_MAX = LIMITS.imageBytesMax + 2 * LIMITS.frameBytesMax;
/** Connections that nobody uses at the moment; one more is closed. */
const IDLE_MAX = 64;

/** One request, whole; any but HEAD. */
export interface WholeRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  readonly signal?: AbortSignal;
}

/** The part of a `Response` by which an answer is read that is there as a whole. */
export type WholeAnswer = Pick<Response, "ok" | "status" | "headers" | "bytes" | "text">;

/**
 * Requests and answers of a few hundred kilobytes over HTTP/1.1 connections that stay open: few writes and reads each,
 * in half the time that `fetch` takes, whose bodies are streams through several tasks. What cannot be connected to directly is left to
 * `fetch`, which knows of proxies and whose errors say why.
 */
export class KeptConnections {
  readonly #idle = new Map<string, Deno.TcpConn[]>();
  #isClosed = false;

  /** As `fetch` does, but that the whole answer is there; a redirect is an answer as any other. */
  async send(url: string, request: WholeRequest): Promise<WholeAnswer> {
    const [, key, path = "/"] = PLAIN_URL.exec(url) ?? [];
    if (key === undefined || this.#isClosed) return await fetched(url, request);
    const bytes = encodeRequest({ host: key, path }, request);
    for (let kept = this.#idle.get(key)?.pop(); kept !== undefined; kept = this.#idle.get(key)?.pop()) {
      const answer = await this.#exchange(kept, { key, bytes, request, wasKept: true });
      if (answer !== null) return answer;
      request.signal?.throwIfAborted();
      // It had been closed by the other side, as connections that nobody uses are: nobody has read the request.
    }
    const connection = await connect(new URL(url), request.signal);
    if (connection === null) return await fetched(url, request);
    const answer = await this.#exchange(connection, { key, bytes, request, wasKept: false });
    if (answer === null) throw new TypeError("The connection was closed before an answer came.");
    return answer;
  }

  /** Closes what nobody uses; what is in use is closed when it is done. */
  close(): void {
    this.#isClosed = true;
    for (const connections of this.#idle.values()) for (const connection of connections) connection.close();
    this.#idle.clear();
  }

  /** Null when the connection ended before the first byte of an answer. */
  async #exchange(
    connection: Deno.TcpConn,
    options: { key: string; bytes: readonly Uint8Array[]; request: WholeRequest; wasKept: boolean },
  ): Promise<WholeAnswer | null> {
    const { key, bytes, request: { signal }, wasKept } = options;
    let keeps = false;
    const end = closer(connection);
    signal?.addEventListener("abort", end);
    try {
      signal?.throwIfAborted();
      // Read at once: a request that is refused may be answered before it was read to its end.
      let isWritten = false;
      const writing = writeAll(connection, bytes).then(() => isWritten = true, () => {});
      const answer = await readAnswer(connection, { wasKept });
      if (answer === null) return null;
      keeps = answer.keepsOpen && isWritten;
      await (keeps ? writing : null);
      return answer.whole;
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", end);
      const idle = this.#idle.get(key) ?? [];
      if (!keeps || this.#isClosed || signal?.aborted || idle.length >= IDLE_MAX) end();
      else this.#idle.set(key, [...idle, connection]);
    }
  }
}

/** Closes it once. */
function closer(connection: Deno.TcpConn): () => void {
  let isClosed = false;
  return () => {
    if (!isClosed) connection.close();
    isClosed = true;
  };
}

/** The same as what `fetch` gives: for those who read an error from it. */
export async function responseOf(answer: WholeAnswer): Promise<Response> {
  const { status, headers } = answer;
  const body = await answer.bytes();
  return new Response(body.length > 0 ? body : null, { status, headers });
}

function fetched(url: string, { method, headers, body, signal }: WholeRequest): Promise<WholeAnswer> {
  return fetch(url, { method, headers, body, signal, redirect: "manual" });
}

/** Null when `fetch` must say why not. */
async function connect({ hostname, port }: URL, signal: AbortSignal | undefined): Promise<Deno.TcpConn | null> {
  try {
    const bare = hostname.replace(/^\[(.*)\]$/, "$1");
    const connection = await Deno.connect({ hostname: bare, port: Number(port || 80), signal });
    connection.setNoDelay(true);
    return connection;
  } catch {
    return null; // Not swallowed: `fetch` fails in the same way, or finds another.
  }
}

/** Head and body. */
function encodeRequest(
  { host, path }: { host: string; path: string },
  { method, headers, body }: WholeRequest,
): Uint8Array[] {
  const encoder = new TextEncoder();
  const content = typeof body === "string" ? encoder.encode(body) : body;
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  if (content !== undefined) text += `content-length: ${content.length}\r\n`;
  const head = encoder.encode(`${text}\r\n`);
  return content === undefined ? [head] : [head, content];
}

/**
 * Each piece as it is: to copy a picture behind the head takes longer than to write twice. Both writes are under way when
 * this returns, in their order, so that whatever the caller does next does not come between them.
 */
async function writeAll(connection: Deno.TcpConn, [head, body]: readonly Uint8Array[]): Promise<void> {
  const headWritten = connection.write(head);
  const bodyWritten = body === undefined ? Promise.resolve() : writeBody(connection, body);
  const [headBytes] = await Promise.all([headWritten, bodyWritten]);
  if (headBytes < head.length) throw new TypeError("The head of a request did not fit into the connection.");
}

async function writeBody(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await connection.write(bytes.subarray(written));
}

async function readAnswer(
  connection: Deno.TcpConn,
  { wasKept }: { wasKept: boolean },
): Promise<{ whole: WholeAnswer; keepsOpen: boolean } | null> {
  const scratch = new Uint8Array(SCRATCH_BYTES);
  let filled = 0;
  let head: AnswerHead | null = null;
  while (head === null) {
    if (filled === scratch.length) throw new TypeError("The answer has too long a head.");
    const count = await readSome(connection, scratch.subarray(filled), { mayBeGone: wasKept && filled === 0 });
    if (count === null && filled === 0) return null;
    if (count === null) throw new TypeError("The connection was closed amid an answer.");
    filled += count;
    head = parseAnswerHead(scratch.subarray(0, filled));
    // 100 Continue and the like come before the answer.
    while (head !== null && head.status < 200) {
      scratch.copyWithin(0, head.headBytes, filled);
      filled -= head.headBytes;
      head = parseAnswerHead(scratch.subarray(0, filled));
    }
  }
  const begun = scratch.subarray(head.headBytes, filled);
  const body = typeof head.bodyLength === "number"
    ? await readSized(connection, { begun, size: head.bodyLength })
    : await readUnsized(connection, { begun, isChunked: head.bodyLength === "chunked" });
  return { whole: answerOf(head, body), keepsOpen: head.keepsOpen };
}

async function readSome(
  connection: Deno.TcpConn,
  into: Uint8Array,
  { mayBeGone }: { mayBeGone: boolean },
): Promise<number | null> {
  try {
    return await connection.read(into);
  } catch (error) {
    if (mayBeGone) return null; // Not swallowed: the request is sent again.
    throw error;
  }
}

/** Straight into the bytes that are given out. */
async function readSized(
  connection: Deno.TcpConn,
  { begun, size }: { begun: Uint8Array; size: number },
): Promise<Uint8Array<ArrayBuffer>> {
  if (size > BODY_BYTES_MAX || begun.length > size) throw new TypeError(`The answer is longer than it may be.`);
  const body = new Uint8Array(size);
  body.set(begun);
  for (let filled = begun.length; filled < size;) {
    const count = await connection.read(body.subarray(filled));
    if (count === null) throw new TypeError("The connection was closed amid an answer.");
    filled += count;
  }
  return body;
}

/** What no server of dml sends, but who stands between may. */
async function readUnsized(
  connection: Deno.TcpConn,
  { begun, isChunked }: { begun: Uint8Array; isChunked: boolean },
): Promise<Uint8Array<ArrayBuffer>> {
  let body = Uint8Array.from(begun);
  let filled = body.length;
  for (;;) {
    const whole = isChunked ? joinChunks(body.subarray(0, filled)) : null;
    if (whole !== null) return whole;
    if (filled > BODY_BYTES_MAX) throw new TypeError("The answer is longer than it may be.");
    if (body.length - filled < SCRATCH_BYTES) {
      const larger = new Uint8Array(2 * body.length + SCRATCH_BYTES);
      larger.set(body.subarray(0, filled));
      body = larger;
    }
    const count = await connection.read(body.subarray(filled));
    if (count === null && isChunked) throw new TypeError("The connection was closed amid an answer.");
    if (count === null) return body.slice(0, filled);
    filled += count;
  }
}

function answerOf({ status, headers }: AnswerHead, body: Uint8Array<ArrayBuffer>): WholeAnswer {
  return {
    ok: status >= 200 && status < 300,
    status,
    headers,
    bytes: () => Promise.resolve(body),
    text: () => Promise.resolve(new TextDecoder().decode(body)),
  };
}
