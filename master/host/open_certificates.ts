import { join } from "node:path";
import { isLoopbackHost } from "../../protocol/http_api/address.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { MasterTls } from "../http/http_server.ts";
import type { MasterCertificates } from "./certificates.ts";
import { type CertificateFiles, OwnCertificate } from "./own_certificate.ts";
import { certificateNames } from "./reachable_host.ts";

/** The settings of a master that are about certificates. */
export interface CertificateSettings {
  /** Name or address that the master listens on. */
  readonly host: string;
  /** True to serve other hosts without TLS. */
  readonly insecure?: boolean;
  /** Files of the certificate for browsers; `null` or absent for none. */
  readonly certificate?: CertificateFiles | null;
  readonly log: Log;
}

/**
 * Opens the certificates of a master that other hosts can reach, by the present `hosts`; returns
 * `null` for one that they cannot reach, or that serves them without TLS.
 */
export async function openCertificates(
  { host, insecure = false, log }: CertificateSettings,
  { hosts, masterPath }: { hosts: () => readonly string[]; masterPath: string },
): Promise<MasterCertificates | null> {
  if (isLoopbackHost(host)) return null;
  if (insecure) {
    log.warn("The master speaks no TLS (--insecure): tokens, pictures and names cross the network in the clear.");
    return null;
  }
  // Only a master with TLS needs the library of certificates.
  const { MasterCertificates } = await import("./certificates.ts");
  const names = () => certificateNames(hosts());
  return await MasterCertificates.open(join(masterPath, "ca.json"), { names, clock: SYSTEM_CLOCK, log });
}

/**
 * Opens the certificate for browsers; returns `null` if there is none. Throws
 * `certificate_unusable`, or `usage` if it names one of `hosts`, by which nodes and users of dml
 * reach the master: they would not recognise it there.
 */
export async function openOwnCertificate(
  { certificate = null, log }: CertificateSettings,
  { hosts }: { hosts: () => readonly string[] },
): Promise<OwnCertificate | null> {
  if (certificate === null) return null;
  const own = await OwnCertificate.open(certificate, { clock: SYSTEM_CLOCK, log });
  const shared = hosts().find((host) => own.isFor(host));
  if (shared === undefined) return own;
  own[Symbol.dispose]();
  const sentence =
    `The certificate of --cert is for ${shared}, by which nodes and users of dml would reach this master.`;
  throw new DmlError("usage", sentence, {
    advice: "They recognise it by its own certificate: give --host and --advertise an IP address or another name.",
  });
}

/** Returns the certificates of the HTTP server: those of the authority, and the own one for its names. */
export function masterTls({ pin, ca, identity }: MasterCertificates, own: OwnCertificate | null): MasterTls {
  return { pin, ca, identity, ...(own === null ? {} : { named: own }) };
}
