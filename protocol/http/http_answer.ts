import { type ByteSource, streamFrom } from "../kernel/byte_stream.ts";
import { DmlError } from "../kernel/errors.ts";
import { invariant } from "../kernel/invariant.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { ResponseHead } from "./response_head.ts";

/**
 * The part of a response that dml uses. Responses of `fetch` have it, and so does
 * {@linkcode HttpAnswer}.
 */
export type Answer = Pick<Response, "status" | "ok" | "headers" | "body" | "bytes">;

/** A response whose body is read only on demand, once: as a stream or as a whole. */
export class HttpAnswer implements Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly #bodyBytes: number;
  readonly #source: ByteSource;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;

  /**
   * Makes a response from `head`, whose body comes from `source`. Closes `source` once the body was
   * read, and at once if there is none.
   */
  constructor(head: ResponseHead, source: ByteSource) {
    this.status = head.status;
    this.headers = head.headers;
    this.#bodyBytes = head.bodyBytes ?? 0;
    this.#source = source;
    if (this.#bodyBytes === 0) source.close();
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** The body; `null` if there is none. */
  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#bodyBytes === 0) return null;
    return this.#stream ??= streamFrom(this.#source);
  }

  /**
   * Returns the whole body. Throws `blob_too_large` if it is so large that it must be read as a
   * stream.
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#bodyBytes === 0) return new Uint8Array(0);
    try {
      if (this.#bodyBytes > LIMITS.modelBytesMax) {
        throw new DmlError(
          "blob_too_large",
          `The answer has ${this.#bodyBytes} bytes; at most ${LIMITS.modelBytesMax} can be read at once.`,
        );
      }
      const bytes = new Uint8Array(this.#bodyBytes);
      for (let filled = 0; filled < bytes.length;) {
        const count = await this.#source.read(bytes.subarray(filled));
        invariant(count !== null, "an answer that ends before its body does has failed");
        filled += count;
      }
      return bytes;
    } finally {
      this.#source.close();
    }
  }
}
