import { BoundedQueue } from "../kernel/bounded_queue.ts";
import { DmlError } from "../kernel/errors.ts";
import { MemoryPipe } from "./memory_pipe.ts";
import type { Address, Connection, Listener, Transport } from "../ports/transport.ts";

/** Connections that wait to be accepted. If there are more, connecting is refused. */
const BACKLOG_MAX = 128;
/** The most bytes that a socket returns at once. */
const CHUNK_BYTES_DEFAULT = 64 * 1024;
const EPHEMERAL_PORT_MIN = 49_152;

/** Options of {@linkcode MemoryTransport}. */
export interface MemoryTransportOptions {
  /** Largest piece in which bytes arrive. Default: 64 KiB. */
  readonly chunkBytes?: number;
}

/** A network within this process. Only code that has this object can listen or connect. */
export class MemoryTransport implements Transport {
  readonly #listeners = new Map<string, MemoryListener>();
  readonly #chunkBytes: number;
  #nextPort = EPHEMERAL_PORT_MIN;

  constructor(options: MemoryTransportOptions = {}) {
    this.#chunkBytes = options.chunkBytes ?? CHUNK_BYTES_DEFAULT;
  }

  listen(address: Address): Listener {
    const { hostname } = address;
    const port = address.port === 0 ? this.#freePort(hostname) : address.port;
    const name = nameOf({ hostname, port });
    if (this.#listeners.has(name)) {
      throw new DmlError("address_in_use", `Something listens on ${name} already.`);
    }
    const listener = new MemoryListener({ hostname, port }, () => this.#listeners.delete(name));
    this.#listeners.set(name, listener);
    return listener;
  }

  // deno-lint-ignore require-await -- errors must be rejections, as over TCP
  async connect(address: Address, options: { signal?: AbortSignal } = {}): Promise<Connection> {
    const name = nameOf(address);
    if (options.signal?.aborted) {
      throw new DmlError("connection_lost", `Connecting to ${name} was cancelled.`);
    }
    const there = new MemoryPipe(this.#chunkBytes);
    const back = new MemoryPipe(this.#chunkBytes);
    const caller = nameOf({ hostname: address.hostname, port: this.#takePort() });
    if (!this.#listeners.get(name)?.offer(new MemoryConnection(caller, there, back))) {
      throw new DmlError("connection_lost", `Nobody accepts connections on ${name}.`);
    }
    return new MemoryConnection(name, back, there);
  }

  #freePort(hostname: string): number {
    let port = this.#takePort();
    while (this.#listeners.has(nameOf({ hostname, port }))) port = this.#takePort();
    return port;
  }

  #takePort(): number {
    const port = this.#nextPort;
    this.#nextPort = port === 65_535 ? EPHEMERAL_PORT_MIN : port + 1;
    return port;
  }
}

class MemoryListener implements Listener {
  readonly #waiting = new BoundedQueue<Connection>(BACKLOG_MAX);
  readonly #release: () => void;
  #isClosed = false;
  #changed = Promise.withResolvers<void>();

  constructor(readonly address: Address, release: () => void) {
    this.#release = release;
  }

  /**
   * Adds a connection to accept. Returns false if the listener is closed or too many connections
   * wait.
   */
  offer(connection: Connection): boolean {
    if (this.#isClosed || !this.#waiting.push(connection)) return false;
    this.#change();
    return true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Connection, void> {
    while (!this.#isClosed) {
      const connection = this.#waiting.shift();
      if (connection === undefined) await this.#changed.promise;
      else yield connection;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const connection of this.#waiting.drain()) connection.close();
    this.#release();
    this.#change();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

class MemoryConnection implements Connection {
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly #incoming: MemoryPipe;
  readonly #outgoing: MemoryPipe;

  constructor(readonly remote: string, incoming: MemoryPipe, outgoing: MemoryPipe) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.chunks = incoming.read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!await this.#outgoing.write(bytes)) {
      throw new DmlError("connection_lost", `The connection to ${this.remote} is closed.`);
    }
  }

  close(): void {
    this.#outgoing.end();
    this.#incoming.break();
  }
}

function nameOf({ hostname, port }: Address): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
