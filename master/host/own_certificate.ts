import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { TlsIdentity } from "../../protocol/transport/tls_identity.ts";

const CHECK_INTERVAL_MS = 60_000;
/** Largest file that is read as a certificate or a key. */
const FILE_BYTES_MAX = 256 * 1024;
/** Beginning of a host name in the list of the names of a certificate. */
const DNS = "DNS:";

/** Paths of the files (PEM) of a certificate. */
export interface CertificateFiles {
  /** Certificate of the server first, and then those that vouch for it. */
  readonly certificate: string;
  readonly privateKey: string;
}

/** Options of {@linkcode OwnCertificate}. */
export interface OwnCertificateOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** Contents of the files, and the names (small letters) of the certificate. */
interface Loaded {
  readonly identity: TlsIdentity;
  readonly names: readonly string[];
}

/**
 * The certificate that the operator of a master brought, for clients that know the authority behind
 * it. It is read anew when the files have changed, once a minute.
 */
export class OwnCertificate implements Disposable {
  readonly #files: CertificateFiles;
  readonly #options: OwnCertificateOptions;
  #loaded: Loaded;
  /** Message about the files that was logged last; `null` if they could be used. */
  #fault: string | null = null;
  #cancelCheck = () => {};

  private constructor(files: CertificateFiles, parts: { loaded: Loaded; options: OwnCertificateOptions }) {
    this.#files = files;
    this.#options = parts.options;
    this.#loaded = parts.loaded;
    this.#scheduleCheck();
  }

  /**
   * Reads the files. Throws `certificate_unusable` if one cannot be read, they do not belong
   * together, or the certificate is not valid at present or names no host.
   */
  static async open(files: CertificateFiles, options: OwnCertificateOptions): Promise<OwnCertificate> {
    const loaded = await load(files, { nowMs: options.clock.wallMs() });
    options.log.info("Clients that ask for these names get the certificate of --cert.", {
      names: loaded.names.join(", "),
    });
    return new OwnCertificate(files, { loaded, options });
  }

  /** Returns the certificate and the key. */
  readonly identity = (): TlsIdentity => this.#loaded.identity;

  /** Returns true if the certificate names the host `hostname`. */
  readonly isFor = (hostname: string): boolean =>
    this.#loaded.names.some((name) => isNamedBy(hostname.toLowerCase(), name));

  /** Takes the files anew if they have changed. Files that cannot be used are logged, and the old ones stay. */
  async refresh(): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const loaded = await load(this.#files, { nowMs: clock.wallMs() });
      this.#fault = null;
      if (isSame(loaded.identity, this.#loaded.identity)) return;
      this.#loaded = loaded;
      log.info("The changed certificate of --cert is in use.", { names: loaded.names.join(", ") });
    } catch (error) {
      const { message, advice } = asDmlError(error);
      if (this.#fault === message) return;
      this.#fault = message;
      log.error("The certificate of --cert should be renewed; the last one that was read stays.", {
        reason: message,
        advice,
      });
    }
  }

  /** Reads the files no more. */
  [Symbol.dispose](): void {
    this.#cancelCheck();
  }

  #scheduleCheck(): void {
    this.#cancelCheck = this.#options.clock.after(CHECK_INTERVAL_MS, () => {
      this.#scheduleCheck();
      void this.refresh();
    });
  }
}

async function load(files: CertificateFiles, { nowMs }: { nowMs: number }): Promise<Loaded> {
  const certificate = await textOf(files.certificate, { what: "certificate" });
  const privateKey = await textOf(files.privateKey, { what: "key" });
  const parsed = parsedCertificate(certificate, files.certificate);
  checkDates(parsed, { path: files.certificate, nowMs });
  checkKey(parsed, privateKey, files);
  const names = (parsed.subjectAltName ?? "").split(", ")
    .filter((name) => name.startsWith(DNS)).map((name) => name.slice(DNS.length).toLowerCase());
  if (names.length > 0) return { identity: { certificate, privateKey }, names };
  throw unusable(`The certificate in ${files.certificate} names no host.`, {
    advice: "Clients choose it by a host name: make one with a subjectAltName such as DNS:dml.example.org.",
  });
}

async function textOf(path: string, { what }: { what: string }): Promise<string> {
  try {
    const { size } = await Deno.stat(path);
    if (size <= FILE_BYTES_MAX) return await Deno.readTextFile(path);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "there is no such file" : "this account may not read it";
    throw unusable(`The ${what} in ${path} cannot be read: ${reason}.`, { cause });
  }
  throw unusable(`The ${what} in ${path} cannot be read: the file has over ${FILE_BYTES_MAX} bytes.`);
}

function parsedCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw unusable(`${path} does not hold a certificate in PEM.`, { cause });
  }
}

function checkDates({ validFrom, validTo }: X509Certificate, { path, nowMs }: { path: string; nowMs: number }): void {
  const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
  if (nowMs > toMs) {
    throw unusable(`The certificate in ${path} ran out on ${dayOf(toMs)}.`, {
      advice: `Renew it. If it should still be valid, check the clock of this host, which says ${dayOf(nowMs)}.`,
    });
  }
  if (nowMs < fromMs) {
    throw unusable(`The certificate in ${path} is valid from ${dayOf(fromMs)} on.`, {
      advice: `Check the clock of this host, which says ${dayOf(nowMs)}.`,
    });
  }
}

function checkKey(certificate: X509Certificate, privateKey: string, files: CertificateFiles): void {
  let fits: boolean;
  try {
    fits = certificate.checkPrivateKey(createPrivateKey(privateKey));
  } catch (cause) {
    throw unusable(`${files.privateKey} does not hold a private key in PEM without a passphrase.`, { cause });
  }
  if (fits) return;
  throw unusable(`The key in ${files.privateKey} does not belong to the certificate in ${files.certificate}.`, {
    advice: "Name the key with which the certificate was requested; in a chain the certificate of the server is first.",
  });
}

function unusable(sentence: string, options: { advice?: string; cause?: unknown } = {}): DmlError {
  return new DmlError("certificate_unusable", sentence, options);
}

/** Returns true if `name`, which may begin with `*.` for one label, is that of `hostname`. */
function isNamedBy(hostname: string, name: string): boolean {
  if (!name.startsWith("*.")) return name === hostname;
  return hostname.includes(".") && hostname.slice(hostname.indexOf(".")) === name.slice(1);
}

function isSame(one: TlsIdentity, other: TlsIdentity): boolean {
  return one.certificate === other.certificate && one.privateKey === other.privateKey;
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, "YYYY-MM-DD".length);
}
