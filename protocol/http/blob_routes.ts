// @ts-types="./byte_slice_stream.d.ts"
import { ByteSliceStream } from "@std/streams/byte_slice_stream.js";
import { Hono } from "hono";
import type { BlobsInView, BlobStore } from "../ports/blob_store.ts";
import { type Digest, isDigest } from "../kernel/digest.ts";
import { DmlError } from "../kernel/errors.ts";
import { type ByteRange, contentRange, parseByteRange } from "./byte_range.ts";
import { PATHS } from "../http_api/paths.ts";
import { problemResponse } from "./problem.ts";

/**
 * Size in bytes up to which a blob is read, verified and sent whole, which is faster than setting
 * up a stream.
 */
const WHOLE_BYTES_MAX = 1024 * 1024;

/** The part of a store that answers GET and HEAD. */
export type ReadableStore = Pick<BlobStore, "stat" | "open" | "read"> & Partial<BlobsInView>;
type WritableStore = Pick<BlobStore, "stat" | "put">;

/** Options of {@linkcode blobWriteRoutes}. */
export interface BlobWriteOptions {
  /** Store of the blobs that are put. Absent if every PUT is refused. */
  readonly write?: WritableStore;
  /** Size limit of one blob, in bytes. */
  readonly bytesMax: number;
}

/** Options of {@linkcode blobRoutes}. */
export interface BlobRoutesOptions extends BlobWriteOptions {
  /** Stores that are searched, in this order. */
  readonly read: readonly ReadableStore[];
}

/**
 * Returns GET, HEAD and PUT of `/blobs/<digest>` in one app, for callers that may use all three.
 * The app that mounts the routes checks roles (see `auth.ts`) and turns the errors they throw into
 * answers (see `problem.ts`).
 */
export function blobRoutes(options: BlobRoutesOptions): Hono {
  return new Hono().route("/", blobReadRoutes(() => options.read)).route("/", blobWriteRoutes(options));
}

/**
 * Returns GET and HEAD of `/blobs/<digest>`. They answer immutable bytes, or one `Range` of them,
 * from the first store that has the blob, of those that `storesFor` opens to the request.
 */
export function blobReadRoutes(storesFor: (request: Request) => readonly ReadableStore[]): Hono {
  const app = new Hono();
  // Hono answers HEAD by running the handler of GET. The handler must know, or it would leave the
  // body of a large blob open.
  app.get(`${PATHS.blobs}/:digest`, (context) => {
    const digest = digestIn(context.req.param("digest"));
    const request = context.req.raw;
    return answerGet(digest, { request, stores: storesFor(request) });
  });
  return app;
}

/** Returns PUT of `/blobs/<digest>`, which stores bytes only if they hash to their name. */
export function blobWriteRoutes(options: BlobWriteOptions): Hono {
  const app = new Hono();
  app.put(`${PATHS.blobs}/:digest`, (context) => {
    const digest = digestIn(context.req.param("digest"));
    return answerPut(digest, { request: context.req.raw, ...options });
  });
  return app;
}

function digestIn(text: string): Digest {
  if (isDigest(text)) return text;
  throw new DmlError("request_invalid", "The digest must be sha256:<64 hex>.");
}

async function answerGet(
  digest: Digest,
  options: { request: Request; stores: readonly ReadableStore[] },
): Promise<Response> {
  const { request } = options;
  const { store, size } = await find(digest, options.stores);
  const etag = `"${digest}"`;
  const headers = new Headers({
    "accept-ranges": "bytes",
    // Private, since a shared cache would answer those who have no token for the blob.
    "cache-control": "private, max-age=31536000, immutable",
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    etag,
  });
  if (names(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  const ifRange = request.headers.get("if-range");
  const requested = ifRange === null || ifRange === etag ? request.headers.get("range") : null;
  const range = parseByteRange(requested, size);
  if (range === "unsatisfiable") return pastTheEnd(digest, size);
  if (range !== null) headers.set("content-range", contentRange(range, size));
  const sent = range ?? { start: 0, end: size };
  headers.set("content-length", String(sent.end - sent.start));
  const status = range === null ? 200 : 206;
  if (request.method === "HEAD") return new Response(null, { status, headers });
  return new Response(await bytesOf(digest, { store, size, range: sent }), { status, headers });
}

/** Returns the refusal of a range that starts behind the last byte of a blob of `size` bytes. */
function pastTheEnd(digest: Digest, size: number): Response {
  const error = new DmlError("request_invalid", `The blob ${digest} has ${size} bytes; the range starts behind them.`, {
    advice: "Ask for a range within the size that Content-Range tells.",
  });
  const response = problemResponse(error, { status: 416 });
  response.headers.set("content-range", `bytes */${size}`);
  return response;
}

/** Returns true if the list in an `If-None-Match` header contains `etag`. */
function names(header: string | null, etag: string): boolean {
  return header !== null && header.split(",").some((entry) => {
    const tag = entry.trim().replace(/^W\//, "");
    return tag === etag || tag === "*";
  });
}

async function find(
  digest: Digest,
  stores: readonly ReadableStore[],
): Promise<{ store: ReadableStore; size: number }> {
  for (const store of stores) {
    const size = store.view?.(digest)?.length ?? await store.stat(digest);
    if (size !== null) return { store, size };
  }
  throw new DmlError("blob_not_found", `The blob ${digest} is not here.`);
}

async function bytesOf(
  digest: Digest,
  options: { store: ReadableStore; size: number; range: ByteRange },
): Promise<BodyInit> {
  const { store, size, range } = options;
  const seen = store.view?.(digest);
  if (seen) return seen.subarray(range.start, range.end); // the response copies it
  if (size <= WHOLE_BYTES_MAX) return (await store.read(digest)).subarray(range.start, range.end);
  const { stream } = await store.open(digest, { offset: range.start });
  // A range that goes to the end, as when a transfer is resumed, needs no counting.
  if (range.end === size) return stream;
  return stream.pipeThrough(new ByteSliceStream(0, range.end - range.start - 1));
}

async function answerPut(
  digest: Digest,
  options: { request: Request; write?: WritableStore; bytesMax: number },
): Promise<Response> {
  const { request, write, bytesMax } = options;
  if (write === undefined) throw new DmlError("forbidden", "Blobs cannot be put here.");
  const length = request.headers.get("content-length");
  if (length === null || !/^\d{1,15}$/.test(length) || request.headers.has("transfer-encoding")) {
    const refusal = new DmlError("request_invalid", "The request must have a Content-Length.");
    return problemResponse(refusal, { status: 411 });
  }
  if (Number(length) > bytesMax) {
    throw new DmlError("blob_too_large", `The blob has ${length} bytes; at most ${bytesMax} are accepted.`);
  }
  const bytes = await request.bytes();
  if (bytes.length !== Number(length)) {
    throw new DmlError("request_invalid", `${bytes.length} bytes arrived, but ${length} were announced.`);
  }
  const known = await write.stat(digest) !== null;
  await write.put(digest, bytes);
  return new Response(null, { status: known ? 200 : 201 });
}
