import type { Clock } from "../../protocol/kernel/clock.ts";
import { listenError } from "../../protocol/transport/tcp_transport.ts";
import type { Address } from "../../protocol/ports/transport.ts";

/** How long requests that are being answered get when the server closes. */
const CLOSE_MS = 2_000;

/** What answers requests. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** A listening HTTP server. */
export interface HttpServer {
  /** The port is the real one also when 0 was asked for. */
  readonly address: Address;
  /** Takes no new request, lets the others end for a moment, and closes. */
  close(): Promise<void>;
}

/** Serves what `handler` answers on `address`. Throws `address_in_use` or `usage`. */
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
