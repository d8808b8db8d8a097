/**
 * Connections by the port of loopback from which their bytes reach the server. The system gives the
 * port of a connection that has just ended to the next one, possibly before the end was noticed
 * here, so a port is only taken from the connection that has it.
 */
export class InnerPorts<Connection> {
  readonly #byPort = new Map<number, Connection>();

  /** Returns the connection at `port`; `undefined` if there is none. */
  at(port: number): Connection | undefined {
    return this.#byPort.get(port);
  }

  give(port: number, connection: Connection): void {
    this.#byPort.set(port, connection);
  }

  /** Frees `port`, unless another connection than this one has it by now. */
  take(port: number, connection: Connection): void {
    if (this.#byPort.get(port) === connection) this.#byPort.delete(port);
  }
}
