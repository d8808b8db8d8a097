import { DmlError } from "../kernel/errors.ts";
import { encodeRequestHead, type RequestHead } from "./request_head.ts";
import { HEAD_BYTES_MAX, headEnd, notHttp, parseResponseHead, type ResponseHead } from "./response_head.ts";

/** Ordered bytes both ways; a connection of Deno is one. */
export interface ByteChannel {
  /** Null when the other side has closed. */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** May take only a part. What is begun first is written first. */
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** One request. */
export interface HttpRequest extends Omit<RequestHead, "bodyBytes"> {
  readonly body?: Uint8Array | null;
}

/**
 * HTTP/1.1 (RFC 9112) from the side of the client over one connection: one request at a time, its answer read into the reader's own
 * buffers. Throws `connection_lost` when it breaks or what comes is not HTTP.
 */
export class HttpConnection {
  readonly #channel: ByteChannel;
  /** Holds heads, and what came with a head of the body after it. */
  #buffer = new Uint8Array(HEAD_BYTES_MAX);
  #start = 0;
  #end = 0;
  #bodyLeft = 0;
  #isKept = false;
  #isWritten = false;
  #isClosed = false;
  #isAnswered = false;

  constructor(channel: ByteChannel) {
    this.#channel = channel;
  }

  /** Whether a byte came back for the last request. If not, a server that closes idle connections has not seen it. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Whether the answer was read to its end and another request may follow it. */
  get isReusable(): boolean {
    const isAtEnd = this.#bodyLeft === 0 && this.#start === this.#end;
    return this.#isKept && this.#isWritten && isAtEnd && !this.#isClosed;
  }

  /** Sends `request` and reads the head of its answer. The body of both may still be on its way then. */
  async send(request: HttpRequest): Promise<ResponseHead> {
    this.#isAnswered = this.#isKept = this.#isWritten = false;
    const body = request.body ?? null;
    const head = encodeRequestHead({ ...request, bodyBytes: body === null ? null : body.length });
    // A server may refuse before it has read everything, so the answer is read meanwhile.
    const writing = this.#write(head, body);
    try {
      const answer = await this.#readHead(request.method);
      this.#bodyLeft = answer.bodyBytes ?? 0;
      this.#isKept = answer.isKeptAlive && answer.bodyBytes !== null;
      return answer;
    } catch (error) {
      this.close();
      await writing;
      throw error;
    }
  }

  /** Puts bytes of the body into `buffer` and says how many; null at its end. Throws when the connection ends before the body does. */
  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    if (this.#bodyLeft === 0) return null;
    const room = buffer.length > this.#bodyLeft ? buffer.subarray(0, this.#bodyLeft) : buffer;
    const count = this.#takeBuffered(room) || await this.#receive(room);
    this.#bodyLeft -= count;
    return count;
  }

  /** Ends both directions and what waits for them; may be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#channel.close();
  }

  #takeBuffered(room: Uint8Array<ArrayBuffer>): number {
    const count = Math.min(room.length, this.#end - this.#start);
    room.set(this.#buffer.subarray(this.#start, this.#start + count));
    this.#start += count;
    return count;
  }

  async #readHead(method: string): Promise<ResponseHead> {
    this.#start = this.#end = 0;
    let looked = 0;
    for (;;) {
      const end = headEnd(this.#buffer.subarray(this.#start, this.#end), looked);
      if (end >= 0) {
        const head = parseResponseHead(this.#buffer.subarray(this.#start, this.#start + end), { method });
        this.#start += end;
        looked = 0;
        if (head.status >= 200) return head;
        if (head.status === 101) throw notHttp("it changes to something else");
        continue; // The answer proper comes later.
      }
      if (this.#end === this.#buffer.length) throw notHttp(`its head has more than ${HEAD_BYTES_MAX} bytes`);
      looked = this.#end - this.#start;
      this.#end += await this.#receive(this.#buffer.subarray(this.#end));
      this.#isAnswered = true;
    }
  }

  async #receive(room: Uint8Array<ArrayBuffer>): Promise<number> {
    let count: number | null;
    try {
      count = await this.#channel.read(room);
    } catch (cause) {
      throw new DmlError("connection_lost", "the connection broke", { cause });
    }
    if (count === null) throw new DmlError("connection_lost", "the connection was closed before the answer ended");
    return count;
  }

  /**
   * Both writes are begun before anything else can come between them: whoever waits for the body would wait for that too. Does not
   * throw: when nothing can be sent, nothing comes back either, and that is what says so.
   */
  async #write(head: Uint8Array, body: Uint8Array | null): Promise<void> {
    try {
      const [headBytes] = await Promise.all([this.#channel.write(head), body === null ? null : this.#writeAll(body)]);
      this.#isWritten = headBytes === head.length;
    } catch {
      this.#isWritten = false;
    }
    // The body is out of place behind a part of a head, which no connection does that waits for a request.
    if (!this.#isWritten && !this.#isAnswered) this.close();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) written += await this.#channel.write(bytes.subarray(written));
  }
}
