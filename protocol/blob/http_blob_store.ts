import { parseContentRange } from "../http/byte_range.ts";
import type { Answer } from "../http/http_answer.ts";
import { HttpClient } from "../http/http_client.ts";
import { blobPath } from "../http_api/paths.ts";
import { errorOfResponse } from "../http/problem.ts";
import type { RepeatableMethod } from "../http/request_head.ts";
import type { Clock } from "../kernel/clock.ts";
import { type Digest, digestOf } from "../kernel/digest.ts";
import { asDmlError, DmlError } from "../kernel/errors.ts";
import { blobCorrupt, offsetPastEnd } from "./blob_errors.ts";
import type { BlobReading, BlobStore, BlobWriter } from "../ports/blob_store.ts";
import { streamOf } from "../kernel/byte_stream.ts";

/** A request to the other process. */
interface BlobRequest {
  readonly method?: RepeatableMethod;
  readonly range?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/**
 * The blobs that another process serves with `blobRoutes`. A failure of the network is
 * `connection_lost`.
 */
export class HttpBlobStore implements BlobStore, Disposable {
  readonly #baseUrl: string;
  readonly #token: string | null;
  /** `null` if `fetch` is used instead, because the URL needs TLS. */
  readonly #client: HttpClient | null;

  /**
   * `baseUrl` is the part of the URL in front of the interface's paths, such as
   * `http://127.0.0.1:7400`.
   */
  constructor(baseUrl: string | URL, options: { token?: string | null; clock?: Clock } = {}) {
    this.#baseUrl = String(baseUrl).replace(/\/+$/, "");
    this.#token = options.token ?? null;
    const url = new URL(this.#baseUrl);
    this.#client = url.protocol === "http:" ? new HttpClient(url, options) : null;
  }

  /**
   * Closes the connections that are kept for the next request. Running requests finish normally.
   */
  close(): void {
    this.#client?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async stat(digest: Digest): Promise<number | null> {
    const response = await this.#request(digest, { method: "HEAD" });
    await response.body?.cancel();
    if (response.status === 404) return null;
    if (!response.ok) throw await this.#refusal(response, digest);
    return this.#sizeIn(response, digest);
  }

  async open(
    digest: Digest,
    options: { offset?: number; signal?: AbortSignal } = {},
  ): Promise<BlobReading> {
    const { offset = 0, signal } = options;
    const range = offset > 0 ? `bytes=${offset}-` : undefined;
    const response = await this.#request(digest, { range, signal });
    if (response.status === 416) return await this.#atEnd(response, { digest, offset });
    if (!response.ok) throw await this.#refusal(response, digest);
    const part = parseContentRange(response.headers.get("content-range"));
    if (offset > 0 && (response.status !== 206 || part?.range?.start !== offset)) {
      await response.body?.cancel();
      throw new DmlError("request_invalid", `${this.#baseUrl} does not serve parts of blobs`);
    }
    const stream = response.body ?? streamOf(new Uint8Array(0));
    return { size: part?.size ?? this.#sizeIn(response, digest), stream };
  }

  async read(
    digest: Digest,
    options: { signal?: AbortSignal } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.#request(digest, options);
    if (!response.ok) throw await this.#refusal(response, digest);
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await response.bytes();
    } catch (error) {
      throw this.#broken(error, options.signal);
    }
    if (digestOf(bytes) !== digest) throw blobCorrupt(digest);
    return bytes;
  }

  async put(
    digest: Digest,
    bytes: Uint8Array<ArrayBuffer>,
    options: { signal?: AbortSignal } = {},
  ): Promise<void> {
    // A body of known size, because a streamed one is an order of magnitude slower in fetch.
    const response = await this.#request(digest, { method: "PUT", body: bytes, ...options });
    if (!response.ok) throw await this.#refusal(response, digest);
    await response.body?.cancel();
  }

  /**
   * Collects the blob in memory and puts it on `commit`. Nothing is kept if the reception is
   * interrupted.
   */
  receive(digest: Digest, size: number): Promise<BlobWriter> {
    const bytes = new Uint8Array(size);
    let filled = 0;
    const put = (): Promise<void> => this.put(digest, bytes);
    return Promise.resolve({
      offset: 0,
      write(chunk) {
        if (filled + chunk.length > size) return Promise.reject(blobCorrupt(digest));
        bytes.set(chunk, filled);
        filled += chunk.length;
        return Promise.resolve();
      },
      commit: () => filled === size ? put() : Promise.reject(blobCorrupt(digest)),
      close: () => Promise.resolve(),
    });
  }

  delete(_digest: Digest): Promise<boolean> {
    const message = "blobs cannot be deleted over HTTP";
    return Promise.reject(new DmlError("request_invalid", message));
  }

  // deno-lint-ignore require-yield -- it always throws
  async *list(): AsyncIterable<never> {
    throw new DmlError("request_invalid", "blobs cannot be listed over HTTP");
  }

  async #request(digest: Digest, request: BlobRequest): Promise<Answer> {
    const { method = "GET", range, body, signal } = request;
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (range !== undefined) headers.range = range;
    if (this.#token !== null) headers.authorization = `Bearer ${this.#token}`;
    const url = new URL(this.#baseUrl + blobPath(digest));
    try {
      if (this.#client !== null) return await this.#client.send({ method, path: url.pathname, headers, body, signal });
      // Redirects are not followed, because the target would see the token.
      return await fetch(url, { method, headers, body, signal, redirect: "manual" });
    } catch (error) {
      throw this.#broken(error, signal);
    }
  }

  async #atEnd(
    response: Answer,
    options: { digest: Digest; offset: number },
  ): Promise<BlobReading> {
    await response.body?.cancel();
    const size = parseContentRange(response.headers.get("content-range"))?.size ?? 0;
    if (size !== options.offset) throw offsetPastEnd(options.digest, { ...options, size });
    return { size, stream: streamOf(new Uint8Array(0)) };
  }

  #sizeIn(response: Answer, digest: Digest): number {
    const length = response.headers.get("content-length");
    if (length !== null) return Number(length);
    throw new DmlError("request_invalid", `${this.#baseUrl} does not say the size of ${digest}`);
  }

  #refusal(response: Answer, digest: Digest): Promise<DmlError> {
    return errorOfResponse(response, { what: `the request for ${digest} to ${this.#baseUrl}` });
  }

  #broken(error: unknown, signal: AbortSignal | undefined): DmlError {
    if (signal?.aborted) return new DmlError("cancelled", "the request was given up");
    const { code, message } = asDmlError(error, "connection_lost");
    return new DmlError(code, `${this.#baseUrl}: ${message}`, { cause: error });
  }
}
