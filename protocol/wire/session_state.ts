import type { ErrorCode } from "../kernel/errors.ts";
import type { Side } from "../messages/direction.ts";
import type { Hello, Welcome } from "../messages/hello.ts";
import type { Message } from "../messages/message.ts";

/**
 * Phases of a session. On the master: `awaiting_hello`, `awaiting_proof`, `verifying` (the proof),
 * `deciding` (until the node is admitted or refused), `open`. On the node: `awaiting_challenge`,
 * `signing` (the challenge), `awaiting_welcome`, `open`. A node that drains is not a phase of the
 * session; its `availability` reports it.
 */
export type Phase =
  | "awaiting_hello"
  | "awaiting_proof"
  | "verifying"
  | "deciding"
  | "awaiting_challenge"
  | "signing"
  | "awaiting_welcome"
  | "open"
  | "closed";

/** One side of one connection. */
export interface SessionState {
  readonly side: Side;
  readonly phase: Phase;
  /**
   * Protocol version that both sides speak; `null` until the hello (master) or the welcome (node)
   * arrives.
   */
  readonly protocol: number | null;
  /** Time at which a `tick` is due; `null` if nothing is awaited. */
  readonly deadlineMs: number | null;
  /** On the master, the challenge of this connection; `null` on the node. */
  readonly challenge: string | null;
  /** On the master, the hello until the node is admitted; else `null`. */
  readonly hello: Hello | null;
}

/** Events of a session. */
export type SessionInput =
  | { readonly kind: "received"; readonly message: Message }
  /** Time has passed. Only the deadline depends on it. */
  | { readonly kind: "tick"; readonly nowMs: number }
  /** Node, while `signing`: the challenge is signed. */
  | { readonly kind: "signed"; readonly signature: string }
  /** Master, while `verifying`: the proof was checked. */
  | { readonly kind: "verified"; readonly isGenuine: boolean }
  /** Master, while `deciding`: the node is admitted. */
  | { readonly kind: "accept"; readonly welcome: Omit<Welcome, "type" | "protocol"> }
  /** Master, while `deciding`: the node is refused. */
  | { readonly kind: "refuse"; readonly code: ErrorCode; readonly reason: string }
  /** This side leaves now. */
  | { readonly kind: "leave"; readonly code: ErrorCode; readonly reason: string }
  /** The connection is lost. */
  | { readonly kind: "lost" };

/** Actions that the shell must carry out in order. */
export type SessionOutput =
  | { readonly kind: "send"; readonly message: Message }
  /** A legal message, to be handled by the role. */
  | { readonly kind: "deliver"; readonly message: Message }
  /** Node: sign the challenge, then report `signed`. */
  | { readonly kind: "sign"; readonly challenge: string }
  /** Master: check the signature, then report `verified`. */
  | {
    readonly kind: "verify";
    readonly publicKey: string;
    readonly challenge: string;
    readonly signature: string;
  }
  /** Master: the node has proven its key; decide, then report `accept` or `refuse`. */
  | { readonly kind: "admit"; readonly hello: Hello }
  /** Send the queued messages, then close. */
  | { readonly kind: "close"; readonly code: ErrorCode; readonly reason: string };

/** The new state, and the actions that follow from the event. */
export interface SessionStep {
  readonly state: SessionState;
  readonly outputs: readonly SessionOutput[];
}
