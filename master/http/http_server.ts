import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { listenOn } from "../../protocol/transport/tcp_transport.ts";
import type { Address } from "../../protocol/ports/transport.ts";
import type { TlsIdentity } from "../../protocol/transport/tls_identity.ts";
import { HttpFront, type NamedIdentity } from "./front/http_front.ts";
import { plainDoor } from "./front/plain_door.ts";
import type { Handler } from "./request_origin.ts";

/** Time that running requests get to finish when the server closes. */
const CLOSE_MS = 2_000;

/** Certificates of a master that speaks TLS. */
export interface MasterTls {
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  /** Pin of the authority. */
  readonly pin: string;
  /** Returns the present identity of the master. */
  readonly identity: () => TlsIdentity;
  /** Certificate for the clients that ask for one of its names; absent if there is none. */
  readonly named?: NamedIdentity;
}

/** A listening HTTP server. */
export interface HttpServer {
  /** Address with the actual port, even if port 0 was requested. */
  readonly address: Address;
  /** Accepts no new requests, gives running ones two seconds to finish, and closes. */
  close(): Promise<void>;
}

/** Options of {@linkcode serveHttp}. */
export interface HttpServerOptions {
  readonly address: Address;
  /** `null` for a server without TLS. */
  readonly tls: MasterTls | null;
  /** Returns how many connections can be served, of which `present` are. */
  readonly connectionsMax?: (present: number) => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Serves HTTP on `address` with `handler`. Throws `address_in_use` or `usage`. */
export function serveHttp(handler: Handler, options: HttpServerOptions): HttpServer {
  const { address, tls, clock } = options;
  const front = new HttpFront(listenOn(address), {
    ...options,
    secure: tls && { ...tls, handler },
    plain: tls === null ? handler : plainDoor(tls),
  });
  return {
    address: front.address,
    async close() {
      const cancel = clock.after(CLOSE_MS, () => front.abort());
      await front.close();
      cancel();
    },
  };
}
