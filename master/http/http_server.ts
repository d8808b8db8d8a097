import type { Clock } from "../../protocol/kernel/clock.ts";
import { listenError } from "../../protocol/transport/tcp_transport.ts";
import type { Address } from "../../protocol/ports/transport.ts";

/** Time that running requests get to finish when the server closes. */
const CLOSE_MS = 2_000;

/** Function that answers requests. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A listening HTTP server. */
export interface HttpServer {
  /** Address with the actual port, even if port 0 was requested. */
  readonly address: Address;
  /** Accepts no new requests, gives running ones two seconds to finish, and closes. */
  close(): Promise<void>;
}

/** Serves HTTP on `address` with `handler`. Throws `address_in_use` or `usage`. */
export function serveHttp(handler: Handler, options: { address: Address; clock: Clock }): HttpServer {
  const { address: { hostname, port }, clock } = options;
  const abort = new AbortController();
  const server = listen({ hostname, port, signal: abort.signal }, handler);
  return {
    address: { hostname: server.addr.hostname, port: server.addr.port },
    async close() {
      const cancel = clock.after(CLOSE_MS, () => abort.abort());
      await server.shutdown();
      cancel();
      await server.finished;
    },
  };
}

function listen(
  options: { hostname: string; port: number; signal: AbortSignal },
  handler: Handler,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ ...options, onListen() {} }, (request) => handler(request));
  } catch (error) {
    throw listenError(error, `${options.hostname}:${options.port}`);
  }
}
