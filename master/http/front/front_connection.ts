import { discard, pump, SMALL_READ_BYTES, writeAll } from "./pump.ts";
import { type Opening, readOpening } from "./read_opening.ts";

const LOOPBACK = "127.0.0.1";

/** Options of {@linkcode FrontConnection}. */
export interface FrontConnectionOptions {
  readonly nowMs: () => number;
  /**
   * Returns the port on loopback of the server for a connection that begins in this way; `null` if
   * there is none.
   */
  readonly innerPort: (opening: Opening) => number | null;
  /** Called once the server sees the connection come from this port of loopback. */
  readonly onInner: (localPort: number) => void;
}

/**
 * One connection of a client, whose bytes are handed on, encrypted as they are, to a server on
 * loopback. It knows nothing of HTTP; the server says when a request begins and ends.
 */
export class FrontConnection {
  /** Address of the client, without the port. */
  readonly address: string;
  /** Time since when the connection waits for a request; `null` while one is in progress. */
  idleSinceMs: number | null;
  /** True once a request was answered on the connection. */
  wasAnswered = false;
  /** Port of loopback from which its bytes reach the server; `null` before they do. */
  innerPort: number | null = null;
  /** Time at which the last byte moved in either direction. */
  lastByteMs: number;
  /** Time at which the server closed its side; `null` before. */
  endingSinceMs: number | null = null;
  readonly #outer: Deno.TcpConn;
  readonly #options: FrontConnectionOptions;
  #inner: Deno.TcpConn | null = null;
  #requests = 0;
  #isClosed = false;

  constructor(outer: Deno.TcpConn, options: FrontConnectionOptions) {
    this.address = outer.remoteAddr.hostname;
    this.#outer = outer;
    this.#options = options;
    this.idleSinceMs = this.lastByteMs = options.nowMs();
  }

  /** Serves the connection until it has ended, and closes it. */
  async run(): Promise<void> {
    // A connection that broke, or was closed here, has ended.
    await this.#run().catch(() => {});
    this.close();
  }

  /** Ends the connection in both directions. May be called again. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outer.close();
    this.#inner?.close();
  }

  /**
   * Closes a connection whose server has closed; one whose last answer the client is still reading
   * ends with that.
   */
  finish(): void {
    if (this.#inner === null || this.endingSinceMs !== null) this.close();
  }

  /** Notes the beginning of a request. Returns true if none was in progress. */
  begin(): boolean {
    this.idleSinceMs = null;
    return this.#requests++ === 0;
  }

  /** Notes the end of an answer. Returns true if no request is left in progress. */
  end(): boolean {
    this.wasAnswered = true;
    if (--this.#requests > 0) return false;
    this.idleSinceMs = this.#options.nowMs();
    return true;
  }

  async #run(): Promise<void> {
    const { innerPort, onInner } = this.#options;
    const small = new Uint8Array(SMALL_READ_BYTES);
    const opening = await readOpening(this.#outer, small);
    const port = opening === null ? null : innerPort(opening);
    if (opening === null || port === null || this.#isClosed) return;
    const inner = await Deno.connect({ hostname: LOOPBACK, port });
    if (this.#isClosed) return inner.close();
    this.#inner = inner;
    inner.setNoDelay(true);
    onInner(inner.localAddr.port);
    await writeAll(inner, opening.bytes);
    await Promise.all([this.#up(inner, small), this.#down(inner)]);
  }

  /** Hands on what the client sends. Goes on reading when the server takes no more. */
  async #up(inner: Deno.TcpConn, small: Uint8Array<ArrayBuffer>): Promise<void> {
    const hasEnded = await pump(this.#outer, { to: inner, small, onBytes: this.#noteBytes });
    if (hasEnded) await inner.closeWrite();
    else await discard(this.#outer, { small });
  }

  /**
   * Hands on what the server sends, and then the end. The client may still be sending; closing at
   * once would make the system throw away the answer that it has not read yet.
   */
  async #down(inner: Deno.TcpConn): Promise<void> {
    const small = new Uint8Array(SMALL_READ_BYTES);
    const hasEnded = await pump(inner, { to: this.#outer, small, onBytes: this.#noteBytes });
    if (!hasEnded) return this.close();
    this.endingSinceMs = this.#options.nowMs();
    await this.#outer.closeWrite();
  }

  readonly #noteBytes = (): void => {
    this.lastByteMs = this.#options.nowMs();
  };
}
