import type { Clock } from "../kernel/clock.ts";
import type { Log } from "../kernel/log.ts";
import { RepeatCounter } from "../kernel/logs/repeat_counter.ts";
import { tuneSocket } from "./tcp_connection.ts";
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

/** Opens the connection over an accepted socket. */
type Open<Accepted> = (socket: Deno.TcpConn) => Accepted;

/**
 * A listening socket as a {@linkcode Listener}, which owns and closes it. It goes on when a
 * connection cannot be accepted.
 */
export class TcpListener<Accepted = Connection> implements Pick<Listener, "address" | "close"> {
  readonly address: Address;
  readonly #socket: AcceptingSocket;
  readonly #options: TcpListenerOptions;
  readonly #open: Open<Accepted>;
  readonly #failures: RepeatCounter;
  readonly #closing = Promise.withResolvers<void>();
  #isClosed = false;

  /** `open` returns what is iterated: the connection over a socket that was accepted. */
  constructor(socket: AcceptingSocket, options: TcpListenerOptions, open: Open<Accepted>) {
    this.address = { hostname: socket.addr.hostname, port: socket.addr.port };
    this.#socket = socket;
    this.#options = options;
    this.#open = open;
    this.#failures = new RepeatCounter(options.clock);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Accepted, void> {
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

  async #accept(): Promise<Accepted | null> {
    try {
      const socket = await this.#socket.accept();
      tuneSocket(socket, this.#options);
      return this.#open(socket);
    } catch (error) {
      if (this.#isClosed) return null;
      // Only one connection failed; the next ones must still be served.
      this.#noteFailure(String(error));
      return null;
    }
  }

  #noteFailure(error: string): void {
    const { log } = this.#options;
    for (const { text, times } of this.#failures.takeDue()) {
      log.warn("More connections could not be accepted.", { error: text, connections: times });
    }
    if (this.#failures.isNew(error)) log.warn("A connection could not be accepted.", { error });
  }

  async #pause(): Promise<void> {
    const over = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(ACCEPT_PAUSE_MS, () => over.resolve());
    await Promise.race([over.promise, this.#closing.promise]);
    cancel();
  }
}
