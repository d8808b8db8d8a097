/** More connections than wait for a listener whose program accepts none. */
const CONNECTIONS = 16;

/**
 * A port that answers nobody: so many connections wait on it that the system drops what else comes,
 * as a firewall does.
 */
export class FullListener implements Disposable {
  readonly address: { readonly hostname: string; readonly port: number };
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  readonly #open: Deno.TcpConn[] = [];
  readonly #stop = new AbortController();

  private constructor() {
    const { hostname, port } = this.#listener.addr;
    this.address = { hostname, port };
  }

  /** Opens a port, and resolves once it is full. */
  static async open(): Promise<FullListener> {
    const full = new FullListener();
    const { signal } = full.#stop;
    const keep = (connection: Deno.TcpConn) => void full.#open.push(connection);
    const dialled = Array.from({ length: CONNECTIONS }, () => {
      // The ones that do not fit are still being dialled when the port is closed.
      return Deno.connect({ ...full.address, signal }).then(keep, () => {});
    });
    await Promise.race(dialled);
    return full;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    for (const connection of this.#open) connection.close();
    this.#listener.close();
  }
}
