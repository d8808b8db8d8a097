/** The certificate by which a server proves its names, and the key of it. */
export interface TlsIdentity {
  /** PEM. */
  readonly certificate: string;
  /** PEM (PKCS #8). */
  readonly privateKey: string;
}
