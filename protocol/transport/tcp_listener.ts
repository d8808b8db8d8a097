import type { Clock } from "../kernel/clock.ts";
import type { Log } from "../kernel/log.ts";
import { TcpConnection } from "./tcp_connection.ts";
import type { Address, Connection, Listener } from "../ports/transport.ts";

/**
 * Pause after the system failed to hand over a connection, for example because too many files were
 * open.
 */
const ACCEPT_PAUSE_MS = 100;

/** The part of `Deno.TcpListener` that is used here. */
export type AcceptingSocket = Pick<Deno.TcpListener, "accept" | "addr" | "close">;

/** Options of {@linkcode TcpListener}. */
export interface TcpListenerOptions {
  readonly keepAlive: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** A listening socket as a {@linkcode Listener}, which owns and closes it. */
export class TcpListener implements Listener {
  readonly address: Address;
  readonly #socket: AcceptingSocket;
  readonly #options: TcpListenerOptions;
  readonly #closing = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(socket: AcceptingSocket, options: TcpListenerOptions) {
    this.address = { hostname: socket.addr.hostname, port: socket.addr.port };
    this.#socket = socket;
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Connection, void> {
    while (!this.#isClosed) {
      const connection = await this.#accept();
      if (connection !== null) yield connection;
      else if (!this.#isClosed) await this.#pause();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
    this.#closing.resolve();
  }

  async #accept(): Promise<Connection | null> {
    try {
      return new TcpConnection(await this.#socket.accept(), this.#options);
    } catch (error) {
      if (this.#isClosed) return null;
      // Only one connection failed; the next ones must still be served.
      this.#options.log.warn("A connection could not be accepted.", { error: String(error) });
      return null;
    }
  }

  async #pause(): Promise<void> {
    const over = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(ACCEPT_PAUSE_MS, () => over.resolve());
    await Promise.race([over.promise, this.#closing.promise]);
    cancel();
  }
}
