import { type Clock, SYSTEM_CLOCK } from "../kernel/clock.ts";
import { DmlError } from "../kernel/errors.ts";
import { type Log, SILENT_LOG } from "../kernel/log.ts";
import { TcpConnection, tuneSocket } from "./tcp_connection.ts";
import { TcpListener, type TcpListenerOptions } from "./tcp_listener.ts";
import { withDialDeadline } from "./dial_deadline.ts";
import type { Address, Connection, Listener, Transport } from "../ports/transport.ts";

/** Connections that the system keeps while they wait to be accepted. */
const BACKLOG = 1_024;

/** Options of sockets. */
export interface TcpTransportOptions {
  /**
   * True if the system probes silent connections, so that a firewall between the hosts does not
   * drop them. Default: true.
   */
  readonly keepAlive?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
}

/**
 * Transport over TCP with `TCP_NODELAY`: the system does not delay bytes to fill packets, because
 * callers already combine messages that belong together.
 */
export class TcpTransport implements Transport {
  readonly #options: TcpListenerOptions;

  constructor(options: TcpTransportOptions = {}) {
    const { keepAlive = true, clock = SYSTEM_CLOCK, log = SILENT_LOG } = options;
    this.#options = { keepAlive, clock, log };
  }

  /**
   * Listens on `address`. Throws `address_in_use`, or `usage` if the address does not belong to
   * this host or needs more rights.
   */
  listen(address: Address): Listener {
    return new TcpListener(listenOn(address), this.#options, (socket) => new TcpConnection(socket));
  }

  /**
   * Connects to `address`. If its name has several addresses, the system tries the next one where
   * nobody listens. Throws `connection_lost`, also if nobody has answered after `LIMITS.dialMs`.
   */
  async connect(address: Address, options: { signal?: AbortSignal } = {}): Promise<Connection> {
    const { clock, keepAlive } = this.#options;
    const connect = (signal: AbortSignal) => dial(address, { keepAlive, signal });
    return new TcpConnection(await withDialDeadline(address, { clock, ...options }, connect));
  }
}

/** Listens on `address`. Throws as {@linkcode TcpTransport.listen} does. */
export function listenOn({ hostname, port }: Address): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port, transport: "tcp", tcpBacklog: BACKLOG });
  } catch (error) {
    throw listenError(error, `${hostname}:${port}`);
  }
}

/** Connects to `address`. Throws `connection_lost`. */
export async function dial(
  address: Address,
  options: { keepAlive: boolean; signal?: AbortSignal },
): Promise<Deno.TcpConn> {
  const { hostname, port } = address;
  const { signal } = options;
  try {
    signal?.throwIfAborted();
    const socket = await Deno.connect({ hostname, port, signal });
    tuneSocket(socket, options);
    return socket;
  } catch (error) {
    if (error instanceof DmlError || error instanceof Deno.errors.NotCapable) throw error;
    const reason = connectFailure(error, { name: `${hostname}:${port}`, signal });
    throw new DmlError("connection_lost", reason, { cause: error });
  }
}

function connectFailure(error: unknown, { name, signal }: { name: string; signal?: AbortSignal }): string {
  if (signal?.aborted) return `Connecting to ${name} was cancelled.`;
  if (error instanceof Deno.errors.ConnectionRefused) return `Nobody listens on ${name}.`;
  return `${name} could not be reached: ${error instanceof Error ? error.message : error}`;
}

/**
 * Returns the error for a failed attempt to listen on `name`: `address_in_use`, `usage`, or `error`
 * itself.
 */
export function listenError(error: unknown, name: string): unknown {
  if (error instanceof Deno.errors.AddrInUse) {
    return new DmlError("address_in_use", `Something listens on ${name} already.`, {
      cause: error,
    });
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return new DmlError("usage", `${name} is not an address of this host.`, {
      cause: error,
      advice: "Choose another --host; 0.0.0.0 is all of them.",
    });
  }
  if (isLookupFailure(error)) {
    return new DmlError("usage", `There is no host of the name in ${name}.`, {
      cause: error,
      advice: "Correct --host: an address of this host, or a name for one; 0.0.0.0 is all of them.",
    });
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new DmlError("usage", `Listening on ${name} needs more rights than dml has.`, {
      cause: error,
      advice: "Choose a --port and --control-port above 1023.",
    });
  }
  return error;
}

/** Returns true if `error` says that a host name does not exist. Deno has no error class for it. */
export function isLookupFailure(error: unknown): boolean {
  if (error instanceof URIError) return true;
  return error instanceof Error && /dns error|lookup address information|no such host/i.test(error.message);
}
