import { type ByteSource, streamFrom } from "../kernel/byte_stream.ts";
import { DmlError } from "../kernel/errors.ts";
import { invariant } from "../kernel/invariant.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { ResponseHead } from "./response_head.ts";

/** What dml needs of an answer, whoever it was asked through: those of `fetch` have it too. */
export type Answer = Pick<Response, "status" | "ok" | "headers" | "body" | "bytes">;

/** An answer whose body is read when it is asked for: as a stream or whole, once. */
export class HttpAnswer implements Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly #bodyBytes: number;
  readonly #source: ByteSource;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;

  /** `source` is closed when the body was read, or is not wanted. */
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

  /** Null when there is none. */
  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#bodyBytes === 0) return null;
    return this.#stream ??= streamFrom(this.#source);
  }

  /** The whole body. Throws `blob_too_large` for one that should be read as a stream. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#bodyBytes === 0) return new Uint8Array(0);
    try {
      if (this.#bodyBytes > LIMITS.modelBytesMax) {
        throw new DmlError("blob_too_large", `${this.#bodyBytes} bytes are more than ${LIMITS.modelBytesMax}`);
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
