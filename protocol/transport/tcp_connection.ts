import { formatAddress } from "../http_api/address.ts";
import { DmlError } from "../kernel/errors.ts";
import type { Connection } from "../ports/transport.ts";

const READ_BYTES = 64 * 1024;
/**
 * Size of reads once a read of {@linkcode READ_BYTES} was full. So many bytes are a picture, most
 * of which fit into one such read.
 */
const LARGE_READ_BYTES = 256 * 1024;

/**
 * Sets the options of `socket`: `TCP_NODELAY`, and probes of silent connections if `keepAlive` is
 * true. Closes the socket and throws `connection_lost` if its other side is already gone.
 */
export function tuneSocket(socket: Deno.TcpConn, { keepAlive }: { keepAlive: boolean }): void {
  try {
    socket.setNoDelay(true);
    socket.setKeepAlive(keepAlive);
  } catch (cause) {
    // Some systems refuse options for a socket whose other side is already gone.
    socket.close();
    throw new DmlError("connection_lost", `${formatAddress(socket.remoteAddr)} went away at once.`, { cause });
  }
}

/** A TCP socket, encrypted or not, as a {@linkcode Connection}, which owns and closes it. */
export class TcpConnection implements Connection {
  readonly remote: string;
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly #socket: Deno.Conn<Deno.NetAddr>;
  #isClosed = false;

  constructor(socket: Deno.Conn<Deno.NetAddr>) {
    this.remote = formatAddress(socket.remoteAddr);
    this.#socket = socket;
    this.chunks = this.#read();
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

  /**
   * Yields the bytes that arrive, always in the same memory: new memory costs a page fault every 4
   * KB, which takes as long as the reading.
   */
  async *#read(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    let buffer = new Uint8Array(READ_BYTES);
    while (!this.#isClosed) {
      const count = await this.#readInto(buffer);
      if (count === null) return;
      yield buffer.subarray(0, count);
      if (count === READ_BYTES && buffer.length === READ_BYTES) buffer = new Uint8Array(LARGE_READ_BYTES);
    }
  }

  async #readInto(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#socket.read(buffer);
    } catch {
      // A connection that broke, or was closed here during the read, has no more bytes. A reader
      // needs to know nothing else.
      return null;
    }
  }
}
