/**
 * Names of the files in a data directory by which the person who owns it finds its master. `dml
 * token` reads them on the master's own host.
 */
export const MASTER_DIRECTORY = "master";
/** The three tokens that a master makes at its first start, by role. */
export const TOKENS_FILE = "tokens.json";
/** The {@linkcode MasterAddresses} of a master that listens, or has listened. */
export const ADDRESS_FILE = "address.json";

/** Addresses of a master, each `HOST:PORT`, and what its clients on this host recognise it by. */
export interface MasterAddresses {
  /** Address for this host. */
  readonly here: string;
  /** Address for other hosts, which the master prints. */
  readonly elsewhere: string;
  /** Pin of its certificate authority, which its tokens end in; `null` for a master without TLS. */
  readonly pin: string | null;
}
