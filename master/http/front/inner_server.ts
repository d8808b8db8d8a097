import type { Log } from "../../../protocol/kernel/log.ts";
import type { TlsIdentity } from "../../../protocol/transport/tls_identity.ts";

/** Function that answers a request that came through the port `innerPort` of loopback. */
export type InnerHandler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.NetAddr>,
) => Response | Promise<Response>;

/** Options of {@linkcode InnerServer}. */
export interface InnerServerOptions {
  readonly handler: InnerHandler;
  /** Returns the identity that the server proves; `null` for a server without TLS. */
  readonly identity: (() => TlsIdentity) | null;
  readonly log: Log;
}

/** One `Deno.serve`, and what it proves. */
interface Running {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly identity: TlsIdentity | null;
}

/**
 * An HTTP server on a port of loopback that only the front of the master dials. It is started again
 * if it fails (`Deno.serve` ends when the process has no file descriptors left), and for each new
 * identity; the server with the old one then finishes its connections.
 */
export class InnerServer {
  readonly #options: InnerServerOptions;
  readonly #abort = new AbortController();
  readonly #all = new Set<Promise<void>>();
  #running: Running | null = null;
  #isClosed = false;

  constructor(options: InnerServerOptions) {
    this.#options = options;
  }

  /** Returns the port of the server, which is started if necessary; `null` if that fails. */
  port(): number | null {
    if (this.#isClosed) return null;
    const identity = this.#options.identity?.() ?? null;
    if (this.#running !== null && this.#running.identity !== identity) {
      void this.#running.server.shutdown();
      this.#running = null;
    }
    try {
      this.#running ??= this.#start(identity);
    } catch (error) {
      this.#options.log.error("The HTTP server cannot be started.", { error: String(error) });
      return null;
    }
    return this.#running.server.addr.port;
  }

  /** Finishes the running requests, and takes no new ones. */
  async close(): Promise<void> {
    this.#isClosed = true;
    void this.#running?.server.shutdown();
    await Promise.all(this.#all);
  }

  /** Ends the requests that are still running. */
  abort(): void {
    this.#abort.abort();
  }

  #start(identity: TlsIdentity | null): Running {
    const { handler, log } = this.#options;
    const tls = identity === null ? {} : { cert: identity.certificate, key: identity.privateKey };
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, signal: this.#abort.signal, onListen() {}, ...tls },
      handler,
    );
    const running = { server, identity };
    const finished = server.finished.catch((error) => {
      log.error("The HTTP server failed and is started again.", { error: String(error) });
    }).finally(() => {
      this.#all.delete(finished);
      if (this.#running === running) this.#running = null;
    });
    this.#all.add(finished);
    return running;
  }
}
