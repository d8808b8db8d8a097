import { createHash } from "node:crypto";
import type { Caller, Credentials } from "../../protocol/security/credentials.ts";
import type { SecretRefusal } from "../../protocol/security/token_form.ts";
import { newSecret } from "../../protocol/security/tokens.ts";

/** Prefix of the secrets of sessions, by which logs recognise and remove them. */
const PREFIX = "dmls";

/** Sessions of the connected nodes: each has a secret for HTTP requests as long as its connection. */
export class NodeSessions implements Credentials {
  /** Callers by the SHA-256 of their secret, so that comparing takes equally long for all. */
  readonly #callers = new Map<string, Caller>();
  readonly #hashes = new Map<number, string>();

  /** Opens the session of a connection and returns its secret. */
  open(connectionId: number, { nodeId, name }: { nodeId: string; name: string }): string {
    const secret = newSecret(PREFIX);
    const hash = hashOf(secret);
    this.#hashes.set(connectionId, hash);
    this.#callers.set(hash, { role: "node", name, nodeId });
    return secret;
  }

  /** Ends the session of a connection, if it has one: its secret proves nothing any more. */
  close(connectionId: number): void {
    const hash = this.#hashes.get(connectionId);
    if (hash === undefined) return;
    this.#hashes.delete(connectionId);
    this.#callers.delete(hash);
  }

  identify(secret: string | null): Caller | null {
    return secret === null ? null : this.#callers.get(hashOf(secret)) ?? null;
  }

  explain(secret: string): SecretRefusal | null {
    if (!secret.startsWith(`${PREFIX}_`)) return null;
    return {
      reason: "The secret is that of a session of a node, and that session has ended.",
      advice: "The node gets another when it connects again; people use a token.",
    };
  }
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64");
}
