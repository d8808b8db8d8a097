import { parseContentRange } from "../http/byte_range.ts";
import { blobPath } from "../http/paths.ts";
import { type KeptConnections, responseOf, type WholeRequest } from "../http/kept_connections.ts";
import { errorOfResponse } from "../http/problem.ts";
import { type Digest, digestOf } from "../kernel/digest.ts";
import { asDmlError, DmlError } from "../kernel/errors.ts";
import { blobCorrupt, offsetPastEnd } from "./blob_errors.ts";
import type { BlobReading, BlobStore, BlobWriter } from "./blob_store.ts";
import { streamOf } from "./byte_stream.ts";

/** The blobs that another process serves with `blobRoutes`. A network that fails is `connection_lost`. */
export class HttpBlobStore implements BlobStore {
  readonly #baseUrl: string;
  readonly #token: string | null;
  readonly #client: Deno.HttpClient | undefined;
  readonly #connections: KeptConnections | null;

  /**
   * `baseUrl` is what the paths of the interface follow, as `http://127.0.0.1:7400`. Blobs are put and read through
   * `connections`, which the caller closes; without them, and where they are streams, through `fetch`.
   */
  constructor(
    baseUrl: string | URL,
    options: { token?: string | null; client?: Deno.HttpClient; connections?: KeptConnections } = {},
  ) {
    this.#baseUrl = String(baseUrl).replace(/\/+$/, "");
    this.#token = options.token ?? null;
    this.#client = options.client;
    this.#connections = options.connections ?? null;
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
    const headers = offset > 0 ? { range: `bytes=${offset}-` } : undefined;
    const response = await this.#request(digest, { headers, signal });
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
    const bytes = await this.#exchange(digest, { method: "GET", signal: options.signal });
    if (digestOf(bytes) !== digest) throw blobCorrupt(digest);
    return bytes;
  }

  async put(digest: Digest, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    // A sized body: one that streams is an order of magnitude slower in fetch.
    await this.#exchange(digest, { method: "PUT", body: bytes });
  }

  /** Collects the blob in memory and puts it on `commit`; nothing is kept when it breaks off. */
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

  // deno-lint-ignore require-yield -- it can only refuse
  async *list(): AsyncIterable<never> {
    throw new DmlError("request_invalid", "blobs cannot be listed over HTTP");
  }

  /** Sends a request whose answer is read as a whole. */
  async #exchange(digest: Digest, request: Omit<WholeRequest, "headers">): Promise<Uint8Array<ArrayBuffer>> {
    const [url, whole] = [this.#baseUrl + blobPath(digest), { ...request, headers: this.#headers() }];
    try {
      const answer = await (this.#connections?.send(url, whole) ?? this.#fetch(url, whole));
      if (!answer.ok) throw await this.#refusal(answer instanceof Response ? answer : await responseOf(answer), digest);
      return await answer.bytes();
    } catch (error) {
      throw error instanceof DmlError ? error : this.#broken(error, request.signal);
    }
  }

  /** Redirects are not followed: one would show the token to whoever it names. */
  #fetch(url: string, init: RequestInit): Promise<Response> {
    return fetch(url, { ...init, redirect: "manual", client: this.#client });
  }

  #headers(init?: HeadersInit): Headers {
    const headers = new Headers(init);
    headers.set("accept-encoding", "identity");
    if (this.#token !== null) headers.set("authorization", `Bearer ${this.#token}`);
    return headers;
  }

  async #request(
    digest: Digest,
    init: { method?: string; headers?: HeadersInit; body?: BodyInit; signal?: AbortSignal },
  ): Promise<Response> {
    try {
      return await this.#fetch(this.#baseUrl + blobPath(digest), { ...init, headers: this.#headers(init.headers) });
    } catch (error) {
      throw this.#broken(error, init.signal);
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
    throw new DmlError("request_invalid", `${this.#baseUrl} does not say the size of ${digest}`);
  }

  #refusal(response: Response, digest: Digest): Promise<DmlError> {
    return errorOfResponse(response, { what: `the request for ${digest} to ${this.#baseUrl}` });
  }

  #broken(error: unknown, signal: AbortSignal | undefined): DmlError {
    if (signal?.aborted) return new DmlError("cancelled", "the request was given up");
    const { message } = asDmlError(error);
    return new DmlError("connection_lost", `${this.#baseUrl}: ${message}`, { cause: error });
  }
}
