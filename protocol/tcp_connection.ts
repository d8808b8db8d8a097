import { DmlError } from "./kernel/errors.ts";
import type { Connection } from "./transport.ts";

const READ_BYTES = 64 * 1024;
/** Where more comes than that, it is a picture: fewer reads take it in. */
const LARGE_READ_BYTES = 256 * 1024;
/** With less room than this left in the buffer, the next read gets a new one. */
const READ_BYTES_MIN = 16 * 1024;

/** A socket as a {@linkcode Connection}; takes it over and closes it. */
export class TcpConnection implements Connection {
  readonly remote: string;
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly #socket: Deno.TcpConn;
  #isClosed = false;

  constructor(socket: Deno.TcpConn, options: { keepAlive: boolean }) {
    const { hostname, port } = socket.remoteAddr;
    this.remote = hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
    this.#socket = socket;
    this.chunks = this.#read();
    try {
      socket.setNoDelay(true);
      socket.setKeepAlive(options.keepAlive);
    } catch (error) {
      // Some systems refuse options for a socket whose other side has gone already.
      this.close();
      throw new DmlError("connection_lost", `${this.remote} went away at once.`, { cause: error });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      let written = 0;
      while (written < bytes.length) written += await this.#socket.write(bytes.subarray(written));
    } catch (error) {
      throw new DmlError("connection_lost", `The connection to ${this.remote} broke.`, {
        cause: error,
      });
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  /** Each byte of a buffer is given out once, so a chunk stays as it is for whoever keeps it. */
  async *#read(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    let buffer = new Uint8Array(READ_BYTES);
    let filled = 0;
    while (!this.#isClosed) {
      const count = await this.#readInto(buffer.subarray(filled));
      if (count === null) return;
      yield buffer.subarray(filled, filled + count);
      filled += count;
      if (buffer.length - filled < READ_BYTES_MIN) {
        buffer = new Uint8Array(count > READ_BYTES_MIN ? LARGE_READ_BYTES : READ_BYTES);
        filled = 0;
      }
    }
  }

  async #readInto(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#socket.read(buffer);
    } catch {
      // A connection that broke, or that was closed here while it was read, has no more bytes: that is all a reader asks.
      return null;
    }
  }
}
