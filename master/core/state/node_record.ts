import type { Capabilities } from "../../../protocol/messages/hello.ts";

/**
 * Standing of a node's key with the master. `enrolled`: a token or an admin let it in, so the key is
 * enough from now on. `approved`: an admin has approved it and it has not come back yet. `open`: a
 * master that demanded no token let it in; one that demands tokens does not count that. `waiting`:
 * it waits for an admin; never in the ledger. `removed`: an admin has put it out.
 */
export type Standing = "enrolled" | "approved" | "open" | "waiting" | "removed";

/** The lasting record of a node, as the ledger holds it. */
export interface NodeRecord {
  /** Id that follows from the public key. */
  readonly nodeId: string;
  /** Ed25519 key of the node, in base64url. */
  readonly publicKey: string;
  readonly standing: Standing;
  readonly name: string;
  /** Address it last connected from, for people. */
  readonly address: string;
  readonly version: string;
  readonly capabilities: Capabilities;
  /** Milliseconds since the Unix epoch. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** Number of tasks that it answered. */
  readonly completed: number;
}
