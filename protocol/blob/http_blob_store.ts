import { parseContentRange } from "../http/byte_range.ts";
import { HttpOrigin } from "../http/http_origin.ts";
import { blobPath } from "../http_api/paths.ts";
import { errorOfResponse } from "../http/problem.ts";
import { sizedBody } from "../http/sized_body.ts";
import { type Digest, digestOf } from "../kernel/digest.ts";
import type { MasterTrust } from "../security/master_trust.ts";
import { tlsFailure } from "../security/tls_failure.ts";
import { asDmlError, DmlError } from "../kernel/errors.ts";
import { blobCorrupt, offsetPastEnd } from "./blob_errors.ts";
import type { BlobReading, BlobStore, BlobWriter } from "../ports/blob_store.ts";
import { streamOf } from "../kernel/byte_stream.ts";

/** One request to the other process. */
interface BlobRequest {
  readonly method?: "GET" | "HEAD" | "PUT";
  readonly range?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/**
 * The blobs that another process serves with `blobRoutes`. A failure of the network is
 * `connection_lost`.
 */
export class HttpBlobStore implements BlobStore, Disposable {
  readonly #origin: HttpOrigin;
  readonly #token: () => string | null;
  readonly #isOfSession: boolean;

  /**
   * `baseUrl` is the part of each URL before the path, as in `http://127.0.0.1:7400`. `session`
   * returns the secret of a session that may end and be followed by another, `null` in between;
   * what is refused meanwhile is `connection_lost`.
   */
  constructor(
    baseUrl: string | URL,
    options: { token?: string | null; session?: () => string | null; trust?: () => MasterTrust } = {},
  ) {
    const { token = null, session } = options;
    this.#origin = new HttpOrigin(baseUrl, options);
    this.#token = session ?? (() => token);
    this.#isOfSession = session !== undefined;
  }

  /** Closes the idle connections; requests that are under way go on. */
  close(): void {
    this.#origin.close();
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
      throw new DmlError("request_invalid", `${this.#origin.baseUrl} does not serve parts of blobs.`);
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
      bytes = await sizedBody(response);
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
    const response = await this.#request(digest, { method: "PUT", body: bytes, ...options });
    if (!response.ok) throw await this.#refusal(response, digest);
    await response.body?.cancel();
  }

  /** Collects the blob in memory and puts it on `commit`. Nothing is kept if it breaks off. */
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
    const message = "Blobs cannot be deleted over HTTP.";
    return Promise.reject(new DmlError("request_invalid", message));
  }

  // deno-lint-ignore require-yield -- it always throws
  async *list(): AsyncIterable<never> {
    throw new DmlError("request_invalid", "Blobs cannot be listed over HTTP.");
  }

  async #request(digest: Digest, request: BlobRequest): Promise<Response> {
    const { method = "GET", range, body, signal } = request;
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (range !== undefined) headers.range = range;
    const token = this.#token();
    if (token !== null) headers.authorization = `Bearer ${token}`;
    try {
      return await this.#origin.send(blobPath(digest), { method, headers, body, signal, redirect: "manual" });
    } catch (error) {
      throw this.#broken(error, signal);
    }
  }

  async #atEnd(
    response: Response,
    options: { digest: Digest; offset: number },
  ): Promise<BlobReading> {
    await response.body?.cancel();
    const size = parseContentRange(response.headers.get("content-range"))?.size ?? 0;
    if (size !== options.offset) throw offsetPastEnd(options.digest, { ...options, size });
    return { size, stream: streamOf(new Uint8Array(0)) };
  }

  #sizeIn(response: Response, digest: Digest): number {
    const length = response.headers.get("content-length");
    if (length !== null) return Number(length);
    throw new DmlError("request_invalid", `${this.#origin.baseUrl} does not say the size of ${digest}.`);
  }

  async #refusal(response: Response, digest: Digest): Promise<DmlError> {
    const error = await errorOfResponse(response, { what: `the request for ${digest} to ${this.#origin.baseUrl}` });
    const isOfEnded = error.code === "unauthorized" || error.code === "too_many_attempts";
    if (!this.#isOfSession || !isOfEnded) return error;
    return new DmlError("connection_lost", `${this.#origin.baseUrl}: the session has ended.`, { cause: error });
  }

  #broken(error: unknown, signal: AbortSignal | undefined): DmlError {
    if (signal?.aborted) return new DmlError("cancelled", "The request was cancelled.");
    const untrusted = tlsFailure(error, { name: new URL(this.#origin.baseUrl).host });
    if (untrusted !== null) return untrusted;
    const { code, message } = asDmlError(error, "connection_lost");
    return new DmlError(code, `${this.#origin.baseUrl}: ${message}`, { cause: error });
  }
}
