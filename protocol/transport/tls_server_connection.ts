import { Duplex } from "node:stream";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { formatAddress } from "../http_api/address.ts";
import { DmlError } from "../kernel/errors.ts";
import type { Connection } from "../ports/transport.ts";
import type { TlsIdentity } from "./tls_identity.ts";

const READ_BYTES = 64 * 1024;

/**
 * An accepted TCP socket with TLS on it, of which this process is the server. `Deno.listenTls`
 * gives sockets without `TCP_NODELAY`, on which an answer in pieces takes 40 ms; therefore the TLS
 * of `node:tls` runs over a socket that has the option.
 */
export class TlsServerConnection implements Connection {
  readonly remote: string;
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly #tls: TLSSocket;
  #isSecured = false;

  constructor(socket: Deno.TcpConn, secureContext: SecureContext) {
    this.remote = formatAddress(socket.remoteAddr);
    this.#tls = new TLSSocket(duplexOf(socket), { isServer: true, secureContext });
    // A failure ends `chunks` and fails the write that is under way; nothing else needs to know.
    this.#tls.on("error", () => this.#tls.destroy());
    this.#tls.on("secure", () => this.#isSecured = true);
    this.chunks = this.#read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    const written = Promise.withResolvers<void>();
    const end = () => written.reject(new Error("The connection was closed."));
    this.#tls.once("close", end);
    this.#tls.write(bytes, (error) => error ? written.reject(error) : written.resolve());
    try {
      await written.promise;
    } catch (cause) {
      throw new DmlError("connection_lost", `The connection to ${this.remote} broke.`, { cause });
    } finally {
      this.#tls.off("close", end);
    }
  }

  close(): void {
    if (this.#isSecured) this.#tls.destroySoon();
    else this.#tls.destroy();
  }

  async *#read(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    try {
      for await (const chunk of this.#tls.iterator({ destroyOnReturn: false })) yield chunk;
    } catch {
      return; // A connection that broke, or was closed here during the read, has no more bytes.
    }
  }
}

/** Returns the context of TLS for connections that prove `identity`. */
export function secureContextOf({ certificate, privateKey }: TlsIdentity): SecureContext {
  return createSecureContext({ cert: certificate, key: privateKey });
}

/** Returns `socket` as a stream of `node:stream`, which owns and closes it. */
function duplexOf(socket: Deno.TcpConn): Duplex {
  return new Duplex({
    allowHalfOpen: true,
    async read() {
      const buffer = new Uint8Array(READ_BYTES);
      try {
        const count = await socket.read(buffer);
        this.push(count === null ? null : buffer.subarray(0, count));
      } catch (error) {
        this.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    },
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(socket, chunk).then(() => done(), done);
    },
    final(done) {
      socket.closeWrite().then(() => done(), () => done());
    },
    destroy(error, done) {
      socket.close();
      done(error);
    },
  });
}

async function writeAll(socket: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await socket.write(bytes.subarray(written));
}
