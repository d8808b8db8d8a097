const LABEL = "CERTIFICATE";
/** A file with one certificate, and nothing that another reader might take for a second one. */
const ONE_CERTIFICATE = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,10000})-----END CERTIFICATE-----\s*$/;
const LINE_CHARACTERS = 64;

/** Returns the bytes (DER) of the one certificate in `pem`; `null` if it holds anything else. */
export function certificateIn(pem: string): Uint8Array<ArrayBuffer> | null {
  const base64 = ONE_CERTIFICATE.exec(pem)?.[1];
  if (base64 === undefined) return null;
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return null; // It is not base 64.
  }
}

/** Returns `certificate` (DER) as PEM. */
export function pemOf(certificate: Uint8Array): string {
  const lines = certificate.toBase64().match(new RegExp(`.{1,${LINE_CHARACTERS}}`, "g")) ?? [];
  return [`-----BEGIN ${LABEL}-----`, ...lines, `-----END ${LABEL}-----`, ""].join("\n");
}
