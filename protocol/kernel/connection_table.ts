/** A connection as {@linkcode ConnectionTable} counts it. */
export interface CountedConnection {
  /** Address of its other side, without the port. */
  readonly address: string;
}

/** The numbers of connections that are allowed. */
export interface ConnectionLimits {
  readonly connectionsMax: number;
  readonly perAddressMax: number;
}

/** The connections from one address. */
interface AddressConnections<Connection> {
  count: number;
  /** Those without a request in progress, longest idle first. */
  readonly idle: Set<Connection>;
}

/** The answer to whether one more connection can be kept. */
export type Admission<Connection> =
  /** There is room; `instead` is the connection that must be closed for it, `null` if none. */
  | { readonly isAdmitted: true; readonly instead: Connection | null }
  | { readonly isAdmitted: false };

/**
 * Connections of a server, counted by address. If there are too many, the one that has been idle
 * longest gives way: among those of the new one's address if that address has its share already,
 * else among those of the address with the most. So a flood from one address closes its own
 * connections, and a request that is in progress is never lost.
 */
export class ConnectionTable<Connection extends CountedConnection> {
  readonly #limits: ConnectionLimits;
  readonly #byAddress = new Map<string, AddressConnections<Connection>>();
  #size = 0;

  /** The limits are read at each admission, and may change. */
  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /** Returns whether a connection from `address` can be kept, and which one gives way to it. */
  admission(address: string): Admission<Connection> {
    const own = this.#byAddress.get(address);
    if (own !== undefined && own.count >= this.#limits.perAddressMax) return insteadOf(own);
    if (this.#size < this.#limits.connectionsMax) return { isAdmitted: true, instead: null };
    const groups = [...this.#byAddress.values()].filter(({ idle }) => idle.size > 0);
    if (groups.length === 0) return { isAdmitted: false };
    return insteadOf(groups.reduce((most, group) => group.count > most.count ? group : most));
  }

  /** Adds `connection`, which is idle. */
  add(connection: Connection): void {
    const { address } = connection;
    const own = this.#byAddress.get(address) ?? { count: 0, idle: new Set() };
    this.#byAddress.set(address, own);
    own.count++;
    own.idle.add(connection);
    this.#size++;
  }

  /** Removes `connection`. Must be called once for each that was added. */
  remove(connection: Connection): void {
    const own = this.#of(connection);
    own.idle.delete(connection);
    own.count--;
    this.#size--;
    if (own.count === 0) this.#byAddress.delete(connection.address);
  }

  /** Marks `connection` as one with a request in progress. */
  markBusy(connection: Connection): void {
    this.#of(connection).idle.delete(connection);
  }

  /** Marks `connection` as one that has become idle now. */
  markIdle(connection: Connection): void {
    this.#of(connection).idle.add(connection);
  }

  #of({ address }: Connection): AddressConnections<Connection> {
    const own = this.#byAddress.get(address);
    if (own === undefined) throw new RangeError(`no connection from ${address} is in the table`);
    return own;
  }
}

function insteadOf<Connection>({ idle }: AddressConnections<Connection>): Admission<Connection> {
  const [instead] = idle;
  return instead === undefined ? { isAdmitted: false } : { isAdmitted: true, instead };
}
