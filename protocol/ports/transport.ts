/** An address that something listens on. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** One connection: ordered bytes both ways, without any meaning. */
export interface Connection {
  /** Address of the other side, for people. */
  readonly remote: string;
  /**
   * The bytes that arrive, in pieces of any size. Each piece is valid until the next one is
   * requested, after which its memory may be reused. Ends without a throw when the other side has
   * closed or the connection broke.
   */
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /**
   * Resolves when the network has taken all of `bytes`. Throws `connection_lost` if the connection
   * broke. Only one write may run at a time.
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Ends both directions, and `chunks`. The other side can still read bytes written before. May be
   * called again.
   */
  close(): void;
}

/** Accepts connections until it is closed. It can be iterated once. */
export interface Listener extends AsyncIterable<Connection> {
  /** Address with the actual port, even if port 0 was requested. */
  readonly address: Address;
  /**
   * Frees the address and ends the iteration. Accepted connections stay open. May be called again.
   */
  close(): void;
}

/** A way to connect two processes, or two parts of one. Adapters: TCP, memory. */
export interface Transport {
  /** Listens on `address`. Throws `address_in_use` if the address is taken. */
  listen(address: Address): Listener | Promise<Listener>;
  /**
   * Connects to `address`. Throws `connection_lost` if nothing listens there or `signal` aborts
   * first.
   */
  connect(
    address: Address,
    options?: { signal?: AbortSignal },
  ): Promise<Connection>;
}
