import type { Clock } from "../../../protocol/kernel/clock.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Log } from "../../../protocol/kernel/log.ts";
import { RepeatFilter } from "../../../protocol/kernel/logs/repeat_filter.ts";
import type { Address } from "../../../protocol/ports/transport.ts";
import { TcpListener } from "../../../protocol/transport/tcp_listener.ts";
import type { TlsIdentity } from "../../../protocol/transport/tls_identity.ts";
import type { Handler } from "../request_origin.ts";
import { ConnectionTable } from "../../../protocol/kernel/connection_table.ts";
import { FrontConnection } from "./front_connection.ts";
import { InnerPorts } from "./inner_ports.ts";
import { type InnerHandler, InnerServer } from "./inner_server.ts";
import type { Opening } from "./read_opening.ts";

/** Connections that any process can serve. */
const UNMEASURED_MAX = 32;
/**
 * Connections that were given up and still end, from which on no further one is accepted: each holds
 * descriptors until the system has ended what was in progress on it.
 */
const CLOSING_MAX = 8;
const SWEEP_MS = 1_000;
/** Time in which a client must read the rest of an answer after which the server closed. */
const ENDING_MS = 2_000;

/** Identity for the clients that ask for one of its names. */
export interface NamedIdentity {
  /** Returns true if the identity is that of the host `serverName`. */
  readonly isFor: (serverName: string) => boolean;
  /** Returns the present identity. */
  readonly identity: () => TlsIdentity;
}

/** Options of {@linkcode HttpFront}. */
export interface HttpFrontOptions {
  /** Answers requests on connections with TLS; `null` if the master has no certificate. */
  readonly secure: {
    readonly handler: Handler;
    readonly identity: () => TlsIdentity;
    readonly named?: NamedIdentity;
  } | null;
  /** Answers requests on connections without TLS. */
  readonly plain: Handler;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Returns how many connections can be served, of which `present` are; it is asked once, when there
   * are more than {@linkcode UNMEASURED_MAX}. `LIMITS.httpConnectionsMax` by default.
   */
  readonly connectionsMax?: (present: number) => number;
}

/**
 * Accepts the connections of the HTTP port, limits their number and their silence, and hands their
 * bytes to an HTTP server on loopback, to that with TLS or to that without. `Deno.serve` alone
 * neither limits connections nor survives when the process has no file descriptors left.
 */
export class HttpFront {
  readonly #listener: TcpListener<FrontConnection>;
  readonly #options: HttpFrontOptions;
  readonly #table: ConnectionTable<FrontConnection>;
  readonly #limits = { connectionsMax: UNMEASURED_MAX, perAddressMax: UNMEASURED_MAX };
  readonly #connections = new Set<FrontConnection>();
  readonly #innerPorts = new InnerPorts<FrontConnection>();
  readonly #secure: InnerServer | null;
  /** Server for the clients that ask for a name of `secure.named`. */
  readonly #named: InnerServer | null;
  readonly #plain: InnerServer;
  readonly #filter: RepeatFilter;
  readonly #serving: Promise<void>;
  readonly #ended = new Set<Promise<void>>();
  #isMeasured = false;
  /** Resolves when the next connection has ended; `null` if nobody waits for that. */
  #nextEnd: PromiseWithResolvers<void> | null = null;
  #cancelSweep = () => {};

  constructor(socket: Deno.TcpListener, options: HttpFrontOptions) {
    const { secure, clock, log } = options;
    this.#options = options;
    this.#table = new ConnectionTable(this.#limits);
    this.#filter = new RepeatFilter(clock);
    this.#plain = new InnerServer({ handler: this.#answerWith(options.plain), identity: null, log });
    this.#secure = secure && new InnerServer({ ...secure, handler: this.#answerWith(secure.handler), log });
    const named = secure?.named ?? null;
    this.#named = secure && named &&
      new InnerServer({ identity: named.identity, handler: this.#answerWith(secure.handler), log });
    this.#listener = new TcpListener(socket, { keepAlive: true, clock, log }, (outer) => this.#open(outer));
    this.#serving = this.#accept();
    this.#sweep();
  }

  get address(): Address {
    return this.#listener.address;
  }

  /** Accepts nothing new, and resolves once the running requests are answered. */
  async close(): Promise<void> {
    this.#listener.close();
    await this.#serving;
    await Promise.all([this.#plain.close(), this.#secure?.close(), this.#named?.close()]);
    for (const connection of this.#connections) connection.finish();
    await Promise.all(this.#ended);
    this.#cancelSweep();
  }

  /** Ends the requests that are still running, and all connections. */
  abort(): void {
    this.#plain.abort();
    this.#secure?.abort();
    this.#named?.abort();
    for (const connection of this.#connections) connection.close();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#admit(connection);
      while (this.#ended.size - this.#connections.size > CLOSING_MAX) {
        this.#nextEnd ??= Promise.withResolvers();
        await this.#nextEnd.promise;
      }
    }
  }

  #open(outer: Deno.TcpConn): FrontConnection {
    const connection: FrontConnection = new FrontConnection(outer, {
      nowMs: () => this.#options.clock.nowMs(),
      innerPort: (opening) => this.#serverFor(opening).port(),
      onInner: (port) => {
        connection.innerPort = port;
        this.#innerPorts.give(port, connection);
      },
    });
    return connection;
  }

  #serverFor({ isTls, serverName }: Opening): InnerServer {
    if (!isTls || this.#secure === null) return this.#plain;
    const isNamed = serverName !== null && this.#options.secure?.named?.isFor(serverName);
    return isNamed && this.#named !== null ? this.#named : this.#secure;
  }

  #admit(connection: FrontConnection): void {
    if (!this.#isMeasured && this.#table.size === UNMEASURED_MAX) this.#measure();
    const admission = this.#table.admission(connection.address);
    if (!admission.isAdmitted) {
      this.#noteFull(connection);
      return connection.close();
    }
    if (admission.instead !== null) {
      this.#noteFull(admission.instead);
      this.#drop(admission.instead);
    }
    this.#table.add(connection);
    this.#connections.add(connection);
    const ended = connection.run().finally(() => {
      this.#forget(connection);
      this.#ended.delete(ended);
      this.#nextEnd?.resolve();
      this.#nextEnd = null;
    });
    this.#ended.add(ended);
  }

  #measure(): void {
    this.#isMeasured = true;
    const { connectionsMax = () => LIMITS.httpConnectionsMax } = this.#options;
    const affordable = connectionsMax(this.#table.size);
    const perAddressMax = Math.max(1, Math.min(LIMITS.httpConnectionsPerAddressMax, Math.floor(affordable / 2)));
    Object.assign(this.#limits, { connectionsMax: affordable, perAddressMax });
  }

  #drop(connection: FrontConnection): void {
    this.#forget(connection);
    connection.close();
  }

  #forget(connection: FrontConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.#table.remove(connection);
    if (connection.innerPort !== null) this.#innerPorts.take(connection.innerPort, connection);
  }

  #noteFull({ address }: FrontConnection): void {
    const { log } = this.#options;
    const fields = { address, connections: this.#table.size };
    if (this.#filter.isNew(address)) log.warn("There are too many HTTP connections; idle ones are closed.", fields);
    else log.debug("An HTTP connection was closed, because there are too many.", fields);
  }

  /** Returns the handler of an inner server, which answers the connections of the front alone. */
  #answerWith(handler: Handler): InnerHandler {
    return (request, info) => {
      const connection = this.#innerPorts.at(info.remoteAddr.port);
      if (connection === undefined) return new Response(null, { status: 403 });
      if (connection.begin()) this.#table.markBusy(connection);
      const end = () => {
        if (connection.end() && this.#connections.has(connection)) this.#table.markIdle(connection);
      };
      info.completed.then(end, end);
      return handler(request, { remote: connection.address });
    };
  }

  /** Closes the connections that wait for a request, or for any byte, for too long. */
  #sweep(): void {
    const { clock } = this.#options;
    this.#cancelSweep = clock.after(SWEEP_MS, () => this.#sweep());
    const nowMs = clock.nowMs();
    for (const connection of this.#connections) {
      if (isOverdue(connection, nowMs)) this.#drop(connection);
    }
  }
}

function isOverdue(connection: FrontConnection, nowMs: number): boolean {
  const { idleSinceMs, wasAnswered, lastByteMs, endingSinceMs } = connection;
  if (endingSinceMs !== null) return nowMs - endingSinceMs >= ENDING_MS;
  if (nowMs - lastByteMs >= LIMITS.silentRequestMs) return true;
  if (idleSinceMs === null) return false;
  return nowMs - idleSinceMs >= (wasAnswered ? LIMITS.keptAliveMs : LIMITS.firstRequestMs);
}
