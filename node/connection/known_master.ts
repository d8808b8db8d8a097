import { readJsonFile, writeJsonFile } from "../../protocol/host/json_file.ts";
import { formatAddress, isLoopbackHost } from "../../protocol/http_api/address.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Address, Transport } from "../../protocol/ports/transport.ts";
import { type Infer, z } from "../../protocol/schema.ts";
import type { MasterTrust } from "../../protocol/security/master_trust.ts";
import { splitPin } from "../../protocol/security/pin.ts";
import { pinOfPem, trustOf } from "../../protocol/security/trust.ts";
import { controlPortFailure } from "../../protocol/transport/control_port_failure.ts";
import { TcpTransport, type TcpTransportOptions } from "../../protocol/transport/tcp_transport.ts";
import { TlsTransport } from "../../protocol/transport/tls_transport.ts";

const keptSchema = z.strictObject({
  /** `HOST:PORT` */
  address: z.string().max(300),
  /** Certificate of its authority, PEM. */
  ca: z.string().max(10_000),
});

type Kept = Infer<typeof keptSchema>;

/** The master that a node joins, and the address and token that its person named. */
interface NamedMaster {
  readonly address: Address;
  /** Token as it was handed out. */
  readonly token: string | null;
}

/**
 * The master of a node, and by which certificate it is recognised. The certificate is kept in the
 * node's directory, so that later starts need no token to recognise the master, and so that no
 * other server can take its place by leaving TLS out.
 */
export class KnownMaster {
  readonly #path: string;
  readonly #named: NamedMaster;
  #trust: MasterTrust = null;
  #pin = "";
  #isRecognised = false;

  /** `path` is the file for the certificate. */
  constructor(path: string, named: NamedMaster) {
    this.#path = path;
    this.#named = named;
  }

  /** Certificate by which the master is recognised; `null` before it was, or without TLS. */
  get trust(): MasterTrust {
    return this.#trust;
  }

  /** Pin of the authority of that certificate; empty if there is none. */
  get pin(): string {
    return this.#pin;
  }

  /** Returns true if connections to the master must be secured by TLS. Throws `home_unusable`. */
  async isSecure(): Promise<boolean> {
    const { token } = this.#named;
    return token !== null && splitPin(token).pin !== null || await this.#kept() !== null;
  }

  /**
   * Recognises the master by the pin in the token or by the certificate that was kept, and keeps
   * its certificate. Throws as `trustOf` does, and `home_unusable`.
   */
  async recognise({ signal }: { signal: AbortSignal }): Promise<MasterTrust> {
    if (this.#isRecognised) return this.#trust;
    const kept = await this.#kept();
    const trust = await trustOf({ ...this.#named, ca: kept?.ca ?? null, signal });
    const address = formatAddress(this.#named.address);
    if (trust !== null && (kept?.ca !== trust.ca || kept.address !== address)) {
      await writeJsonFile(this.#path, { address, ca: trust.ca } satisfies Kept);
    }
    this.#trust = trust;
    this.#pin = trust === null ? "" : await pinOfPem(trust.ca) ?? "";
    this.#isRecognised = true;
    return trust;
  }

  /**
   * Returns the transport to the control port of the master, which must have been recognised before
   * it connects. A port that cannot be reached is `master_unreachable`.
   */
  transport(options: TcpTransportOptions): Pick<Transport, "connect"> {
    return {
      connect: async (address, { signal } = {}) => {
        const trust = this.#trust;
        const transport = trust === null ? new TcpTransport(options) : new TlsTransport({ ...options, ...trust });
        try {
          return await transport.connect(address, { signal });
        } catch (error) {
          if (!(error instanceof DmlError) || error.code !== "connection_lost") throw error;
          throw controlPortFailure(error, { control: address, httpPort: this.#named.address.port });
        }
      },
    };
  }

  /**
   * Returns the certificate that was kept, also if the master has another address now. A master on
   * this machine is another one than a master elsewhere: it may have no TLS.
   */
  async #kept(): Promise<Kept | null> {
    const kept = await readJsonFile(this.#path, keptSchema);
    const { address } = this.#named;
    if (kept === null || !isLoopbackHost(address.hostname)) return kept;
    return kept.address === formatAddress(address) ? kept : null;
  }
}
