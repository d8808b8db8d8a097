import { type Clock, SYSTEM_CLOCK } from "../kernel/clock.ts";
import { DmlError } from "../kernel/errors.ts";
import { invariant } from "../kernel/invariant.ts";
import { type Log, SILENT_LOG } from "../kernel/log.ts";
import { sleep } from "../kernel/sleep.ts";
import { formatAddress } from "../http_api/address.ts";
import type { Address, Connection, Listener, Transport } from "../ports/transport.ts";
import { tlsFailure } from "../security/tls_failure.ts";
import { withDialDeadline } from "./dial_deadline.ts";
import { EagerListener } from "./eager_listener.ts";
import { TcpConnection } from "./tcp_connection.ts";
import { TcpListener } from "./tcp_listener.ts";
import { dial, listenOn } from "./tcp_transport.ts";
import type { TlsIdentity } from "./tls_identity.ts";
import { secureContextOf, TlsServerConnection } from "./tls_server_connection.ts";

/** Options of {@linkcode TlsTransport}: what each side needs. */
export interface TlsTransportOptions {
  /** Returns the present identity of the server; only for `listen`. */
  readonly identity?: () => TlsIdentity;
  /** Certificate (PEM) of the authority that vouches for servers; only for `connect`. */
  readonly ca?: string;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Transport by TLS over TCP with `TCP_NODELAY`. The server proves the name that is dialled. */
export class TlsTransport implements Transport {
  readonly #options: TlsTransportOptions;

  constructor(options: TlsTransportOptions) {
    this.#options = options;
  }

  /** Listens on `address`. Throws `address_in_use`, or `usage` as `TcpTransport` does. */
  async listen(address: Address): Promise<Listener> {
    const { identity, clock = SYSTEM_CLOCK, log = SILENT_LOG } = this.#options;
    invariant(identity !== undefined, "a server has an identity");
    let current = identity();
    let context = secureContextOf(current);
    const open = (socket: Deno.TcpConn) => {
      if (identity() !== current) {
        current = identity();
        context = secureContextOf(current);
      }
      return new TlsServerConnection(socket, context);
    };
    const socket = await this.#listenOn(address);
    return new EagerListener(new TcpListener(socket, { keepAlive: true, clock, log }, open));
  }

  /**
   * Listens on `address`. Tries twice, because the system frees the address of a listener that was
   * closed while it accepted only after this turn of the event loop.
   */
  async #listenOn(address: Address): Promise<Deno.TcpListener> {
    try {
      return listenOn(address);
    } catch (error) {
      if (!(error instanceof DmlError) || error.code !== "address_in_use") throw error;
      await sleep(0, { clock: this.#options.clock ?? SYSTEM_CLOCK });
      return listenOn(address);
    }
  }

  /**
   * Connects to `address` and checks the certificate of the server. Throws `connection_lost`, also
   * if both together take longer than `LIMITS.dialMs`, or `master_untrusted` if the server does not
   * prove who it is.
   */
  async connect(address: Address, options: { signal?: AbortSignal } = {}): Promise<Connection> {
    const { ca, clock = SYSTEM_CLOCK } = this.#options;
    invariant(ca !== undefined, "a client has an authority");
    return await withDialDeadline(address, { clock, ...options }, async (signal) => {
      const socket = await dial(address, { keepAlive: true, signal });
      return new TcpConnection(await secured(socket, { ca, address, signal }));
    });
  }
}

async function secured(
  socket: Deno.TcpConn,
  { ca, address, signal }: { ca: string; address: Address; signal?: AbortSignal },
): Promise<Deno.TlsConn> {
  let tls: Deno.TlsConn | null = null;
  const close = () => tls?.close();
  signal?.addEventListener("abort", close);
  try {
    tls = await Deno.startTls(socket, { hostname: address.hostname, caCerts: [ca] });
    if (signal?.aborted) close();
    else await tls.handshake();
    signal?.throwIfAborted();
    return tls;
  } catch (cause) {
    const name = formatAddress(address);
    if (signal?.aborted) throw new DmlError("connection_lost", `Connecting to ${name} was cancelled.`, { cause });
    close();
    throw tlsFailure(cause, { name }) ??
      new DmlError("connection_lost", `${name} broke off the connection before it was secured.`, { cause });
  } finally {
    signal?.removeEventListener("abort", close);
  }
}
