/** Where something listens. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** One connection: ordered bytes both ways, nothing about what they mean. */
export interface Connection {
  /** Of the other side, for people. */
  readonly remote: string;
  /**
   * What arrives, in pieces of any size, each good until the next is asked for: its memory may be used again then. Ends when the
   * other side closed or the connection broke (both without a throw).
   */
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /**
   * Resolves when all of `bytes` are handed to the network; throws `connection_lost` when it broke.
   * One write at a time: the next begins when this one has resolved.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends both directions; may be called again. Ends `chunks`; the other side still reads what was written before. */
  close(): void;
}

/** Something that accepts connections until closed; iterate it once. */
export interface Listener extends AsyncIterable<Connection> {
  /** The port is the real one also when 0 was asked for. */
  readonly address: Address;
  /** Frees the address and ends the iteration; connections that were accepted live on. May be called again. */
  close(): void;
}

/** A way to connect two processes, or two halves of one. Adapters: TCP, memory. */
export interface Transport {
  /** Throws `address_in_use` when somebody else listens there. */
  listen(address: Address): Listener | Promise<Listener>;
  /** Throws `connection_lost` when nobody listens there or `signal` aborts first. */
  connect(
    address: Address,
    options?: { signal?: AbortSignal },
  ): Promise<Connection>;
}
