import { ConnectionTable, type CountedConnection } from "../../protocol/kernel/connection_table.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Connection } from "../../protocol/ports/transport.ts";
import type { ControlConnection } from "./connection.ts";

interface Pending extends CountedConnection {
  readonly control: ControlConnection;
  readonly connection: Connection;
}

/**
 * Connections to the control port on which no node has been admitted yet. If there are too many,
 * the oldest one of the address with the most gives way, so that a flood of connections that say
 * nothing keeps no node of another address out.
 */
export class PendingConnections {
  readonly #table = new ConnectionTable<Pending>({
    connectionsMax: LIMITS.strangersMax,
    perAddressMax: LIMITS.strangersPerAddressMax,
  });
  readonly #pending = new Map<ControlConnection, Pending>();
  readonly #onDropped: (remote: string) => void;

  /** `onDropped` is called with the address of each connection that gives way. */
  constructor(onDropped: (remote: string) => void) {
    this.#onDropped = onDropped;
  }

  /** Adds `control`, which uses `connection`, and closes the one that gives way to it if necessary. */
  add(control: ControlConnection, connection: Connection): void {
    const pending = { control, connection, address: connection.remote.replace(/:\d+$/, "") };
    const admission = this.#table.admission(pending.address);
    if (admission.isAdmitted && admission.instead !== null) {
      this.remove(admission.instead.control);
      // At once, without a goodbye: a flood does not listen, and waiting for it takes descriptors.
      admission.instead.connection.close();
      this.#onDropped(admission.instead.connection.remote);
    }
    this.#table.add(pending);
    this.#pending.set(control, pending);
  }

  /** Removes `control` if it is pending. */
  remove(control: ControlConnection): void {
    const pending = this.#pending.get(control);
    if (pending === undefined) return;
    this.#pending.delete(control);
    this.#table.remove(pending);
  }
}
