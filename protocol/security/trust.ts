import { baseUrlOf, formatAddress, isLoopbackHost } from "../http_api/address.ts";
import { PATHS } from "../http_api/paths.ts";
import { HttpOrigin } from "../http/http_origin.ts";
import { errorOfResponse } from "../http/problem.ts";
import { unreachableReason } from "../http/unreachable.ts";
import { LIMITS } from "../kernel/limits.ts";
import { DmlError } from "../kernel/errors.ts";
import type { Address } from "../ports/transport.ts";
import { certificateIn, pemOf } from "./certificate.ts";
import type { MasterTrust } from "./master_trust.ts";
import { pinOf, splitPin } from "./pin.ts";

const BYTES_MAX = 16 * 1024;

/** The master that is dialled, and what is known of it. */
export interface TrustOptions {
  readonly address: Address;
  /** Token as it was handed out, with the pin of the authority if it has one; `null` if none. */
  readonly token: string | null;
  /** Certificate (PEM) of the authority that was stored at an earlier connection. */
  readonly ca?: string | null;
  /** Timeout of the request; `LIMITS.dialMs` by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Returns by which certificate the master is recognised; `null` for one without TLS.
 *
 * A token that ends in a pin decides: the certificate is fetched without TLS and must have that
 * pin. A stored certificate with another pin is not used. Without a pin the stored certificate
 * decides. With neither, the master is one without TLS, which is asked for nothing secret before it
 * has said so. No secret is sent in any case.
 *
 * Throws `master_untrusted` if the certificate has another pin, `tls_required` if the master speaks
 * TLS and nothing says how to recognise it, or `master_unreachable`.
 */
export async function trustOf(options: TrustOptions): Promise<MasterTrust> {
  const { address, token, ca = null } = options;
  const pin = token === null ? null : splitPin(token).pin;
  if (ca !== null && (pin === null || await pinOfPem(ca) === pin)) return { ca };
  if (pin !== null) return { ca: await fetchPinned(pin, options) };
  // Nobody listens between two processes of one machine.
  if (!isLoopbackHost(address.hostname)) await requirePlain(options);
  return null;
}

/** Returns the pin of the certificate in `pem`; `null` if it holds no certificate. */
export async function pinOfPem(pem: string): Promise<string | null> {
  const certificate = certificateIn(pem);
  return certificate === null ? null : await pinOf(certificate);
}

/** Fetches the certificate of the master's authority without TLS, and checks its pin. */
async function fetchPinned(pin: string, options: TrustOptions): Promise<string> {
  const response = await askPlainly(PATHS.ca, options);
  const name = formatAddress(options.address);
  if (response.status === 404) {
    await response.body?.cancel();
    throw new DmlError("master_untrusted", `The server at ${name} has no certificate, and the token names one.`, {
      advice: "Take the address and the token that `dml serve` prints now.",
    });
  }
  if (!response.ok) throw await errorOfResponse(response, { what: `GET ${PATHS.ca} of ${name}` });
  const certificate = certificateIn(await shortText(response));
  if (certificate === null || await pinOf(certificate) !== pin) {
    throw new DmlError(
      "master_untrusted",
      `The server at ${name} is not the master that made this token: its certificate is another one.`,
    );
  }
  // Only what was hashed is trusted.
  return pemOf(certificate);
}

/** Asks the master for what is public, so that one with TLS refuses before a secret is sent. */
async function requirePlain(options: TrustOptions): Promise<void> {
  const response = await askPlainly(PATHS.cluster, options);
  if (response.status !== 426) return await response.body?.cancel();
  throw await errorOfResponse(response, { what: `GET ${PATHS.cluster} of ${formatAddress(options.address)}` });
}

async function askPlainly(path: string, { address, timeoutMs = LIMITS.dialMs, signal }: TrustOptions) {
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const baseUrl = baseUrlOf(address);
  const origin = new HttpOrigin(baseUrl);
  try {
    return await origin.send(path, { headers: { connection: "close" }, signal: either, redirect: "error" });
  } catch (cause) {
    if (signal?.aborted) throw new DmlError("interrupted", "It was interrupted.", { cause });
    const reason = timeout.aborted ? "it did not answer in time" : unreachableReason(cause);
    throw new DmlError("master_unreachable", `The master at ${baseUrl} cannot be reached: ${reason}.`, { cause });
  } finally {
    origin.close(); // The response can still be read.
  }
}

/** Reads the body of `response`, of which no more than a certificate is expected. */
async function shortText(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > BYTES_MAX) break;
  }
  return text;
}
