import type { ByteChannel } from "../../../protocol/http/http_connection.ts";

/** What a server does next: bytes that arrive as one piece, its end of the connection, or its loss. */
export type ServerAct = string | Uint8Array | typeof CLOSES | typeof BREAKS;

export const CLOSES = Symbol("closes");
export const BREAKS = Symbol("breaks");

/** Writes behind a head take no more than this at once, as those of a socket may. */
const WRITE_BYTES_MAX = 7;

/**
 * The server's side of a connection from a script. It reads each request to its end before it goes on, unless it stops reading
 * before; behind its last act it is silent until the connection is closed.
 */
export class ScriptedChannel implements ByteChannel {
  /** What has been written, one character a byte. */
  sent = "";
  isClosed = false;
  readonly #acts: ServerAct[];
  readonly #takesBytes: number;
  readonly #headBytesMax: number;
  readonly #closed = Promise.withResolvers<never>();
  #asked = Promise.withResolvers<void>();
  #request = "";

  /** `takesBytes`: what the server reads before it stops reading; `headBytesMax`: what a write that begins a request takes. */
  constructor(acts: readonly ServerAct[], options: { takesBytes?: number; headBytesMax?: number } = {}) {
    this.#acts = [...acts];
    this.#takesBytes = options.takesBytes ?? Infinity;
    this.#headBytesMax = options.headBytesMax ?? Infinity;
    this.#closed.promise.catch(() => {}); // Nobody may be waiting for it.
  }

  async read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    if (this.#takesBytes === Infinity) await Promise.race([this.#asked.promise, this.#closed.promise]);
    if (this.isClosed) throw new Error("the connection was closed here");
    const act = this.#acts.shift();
    if (act === undefined) return await this.#closed.promise;
    if (act === CLOSES) return null;
    if (act === BREAKS) throw new Error("connection reset");
    const bytes = typeof act === "string" ? Uint8Array.from(act, (character) => character.charCodeAt(0)) : act;
    const count = Math.min(bytes.length, buffer.length);
    buffer.set(bytes.subarray(0, count));
    if (count < bytes.length) this.#acts.unshift(bytes.subarray(count));
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.isClosed) throw new Error("the connection was closed here");
    const atOnce = this.#request === "" ? this.#headBytesMax : WRITE_BYTES_MAX;
    const count = Math.min(bytes.length, atOnce, this.#takesBytes - this.sent.length);
    if (count <= 0) return await this.#closed.promise;
    const text = String.fromCharCode(...bytes.subarray(0, count));
    this.sent += text;
    if (this.#request === "") this.#asked = Promise.withResolvers();
    this.#request += text;
    const [, head, body] = /^(.*?\r\n\r\n)(.*)$/s.exec(this.#request) ?? [];
    if (head !== undefined && body.length === Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)) {
      this.#request = "";
      this.#asked.resolve();
    }
    return count;
  }

  close(): void {
    this.isClosed = true;
    this.#closed.reject(new Error("the connection was closed here"));
  }
}
