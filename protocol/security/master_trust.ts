/**
 * The certificate authority by which a client recognises its master; `null` for a master without
 * TLS.
 */
export type MasterTrust = {
  /** Certificate of the authority, PEM. */
  readonly ca: string;
} | null;
