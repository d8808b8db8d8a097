import { BoundedQueue } from "../kernel/bounded_queue.ts";
import type { Address, Connection, Listener } from "../ports/transport.ts";

/** Accepted connections that wait for the iteration. If there are more, new ones are closed. */
const WAITING_MAX = 128;

/**
 * A listener that accepts the connections of another one at once, whether or not anybody iterates.
 * A client of TLS is connected only after the server has answered, which a connection that waits
 * in the system cannot do.
 */
export class EagerListener implements Listener {
  readonly address: Address;
  readonly #inner: Listener;
  readonly #waiting = new BoundedQueue<Connection>(WAITING_MAX);
  #wake = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(inner: Listener) {
    this.address = inner.address;
    this.#inner = inner;
    void this.#accept();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Connection, void> {
    while (!this.#isClosed) {
      const connection = this.#waiting.shift();
      if (connection !== undefined) yield connection;
      else await this.#wake.promise;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inner.close();
    for (const connection of this.#waiting.drain()) connection.close();
    this.#wake.resolve();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#inner) {
      if (this.#isClosed || !this.#waiting.push(connection)) connection.close();
      this.#wake.resolve();
      if (!this.#isClosed) this.#wake = Promise.withResolvers();
    }
  }
}
