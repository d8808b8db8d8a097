import type { Clock } from "../../protocol/kernel/clock.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { pinOfPem } from "../../protocol/security/trust.ts";
import type { TlsIdentity } from "../../protocol/transport/tls_identity.ts";
import { type Authority, loadAuthority, newIdentity } from "./authority.ts";

const DAY_MS = 86_400_000;
/** Age at which the certificate is made anew, long before it runs out. */
const RENEW_AFTER_MS = 30 * DAY_MS;
/** A clock that is set back by more than this may have made the certificate one of the future. */
const SET_BACK_MS = DAY_MS;
const CHECK_INTERVAL_MS = 60_000;

/** The certificate of a master, and what it was made from. */
interface Made {
  readonly identity: TlsIdentity;
  readonly names: readonly string[];
  readonly wallMs: number;
}

/** Options of {@linkcode MasterCertificates}. */
export interface CertificatesOptions {
  /** Returns the names and addresses by which the master is reached at present. */
  readonly names: () => readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The authority of a master and the certificate that it has at present. The certificate is made
 * anew at each start, every 30 days, when the names change, and when the clock is set.
 */
export class MasterCertificates implements Disposable {
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  /** Pin of the authority, with which tokens end. */
  readonly pin: string;
  readonly #authority: Authority;
  readonly #options: CertificatesOptions;
  #made: Made;
  #cancelCheck = () => {};

  private constructor(authority: Authority, parts: { pin: string; made: Made; options: CertificatesOptions }) {
    this.ca = authority.certificate;
    this.pin = parts.pin;
    this.#authority = authority;
    this.#options = parts.options;
    this.#made = parts.made;
    this.#scheduleCheck();
  }

  /** Opens the authority in the file at `path`, and makes it if necessary. Throws `home_unusable`. */
  static async open(path: string, options: CertificatesOptions): Promise<MasterCertificates> {
    const authority = await loadAuthority(path, { nowMs: options.clock.wallMs() });
    const pin = await pinOfPem(authority.certificate);
    invariant(pin !== null, "the authority has a certificate");
    return new MasterCertificates(authority, { pin, made: await make(authority, options), options });
  }

  /** Returns the present identity of the master. */
  readonly identity = (): TlsIdentity => this.#made.identity;

  /** Makes the certificate anew if it is due. */
  async refresh(): Promise<void> {
    const { clock, names, log } = this.#options;
    const { wallMs } = this.#made;
    const ageMs = clock.wallMs() - wallMs;
    const isInTime = ageMs < RENEW_AFTER_MS && ageMs > -SET_BACK_MS;
    if (isInTime && isSame(names(), this.#made.names)) return;
    this.#made = await make(this.#authority, this.#options);
    log.info("The master has a new certificate.", { names: this.#made.names.join(", ") });
  }

  /** Makes no more certificates. */
  [Symbol.dispose](): void {
    this.#cancelCheck();
  }

  #scheduleCheck(): void {
    const { clock, log } = this.#options;
    this.#cancelCheck = clock.after(CHECK_INTERVAL_MS, () => {
      this.#scheduleCheck();
      this.refresh().catch((error) => {
        log.error("A new certificate could not be made; the old one stays.", { error: String(error) });
      });
    });
  }
}

async function make(authority: Authority, { names, clock }: CertificatesOptions): Promise<Made> {
  const [present, wallMs] = [names(), clock.wallMs()];
  return { identity: await newIdentity(authority, { names: present, nowMs: wallMs }), names: present, wallMs };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
