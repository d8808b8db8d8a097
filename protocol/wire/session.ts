import { clipReason } from "../kernel/clip.ts";
import { type ErrorCode, isErrorCode } from "../kernel/errors.ts";
import { invariant } from "../kernel/invariant.ts";
import { LIMITS } from "../kernel/limits.ts";
import { mayCome, otherSide, type Side } from "../messages/direction.ts";
import { type Hello, PROTOCOL_VERSION, type Welcome } from "../messages/hello.ts";
import type { Message, MessageType } from "../messages/message.ts";
import { describeMismatch, negotiateVersion } from "../messages/version_range.ts";

export { negotiateVersion };

/**
 * Phases of a session. On the master: `awaiting_hello`, `deciding` (until the node is admitted or
 * refused), `open`. On the node: `awaiting_welcome`, `open`. A node that drains is not a phase of
 * the session; its `availability` reports it.
 */
export type Phase =
  | "awaiting_hello"
  | "deciding"
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
}

/** Events of a session. */
export type SessionInput =
  | { readonly kind: "received"; readonly message: Message }
  /** Time has passed. Only the deadline depends on it. */
  | { readonly kind: "tick"; readonly nowMs: number }
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
  /** Send the queued messages, then close. */
  | { readonly kind: "close"; readonly code: ErrorCode; readonly reason: string };

/** The new state, and the actions that follow from the event. */
export interface SessionStep {
  readonly state: SessionState;
  readonly outputs: readonly SessionOutput[];
}

/** Returns the master's side of a connection that was just accepted. */
export function startMasterSession(
  nowMs: number,
  options: { helloTimeoutMs?: number } = {},
): SessionStep {
  const { helloTimeoutMs = LIMITS.helloTimeoutMs } = options;
  const deadlineMs = nowMs + helloTimeoutMs;
  return {
    state: { side: "master", phase: "awaiting_hello", protocol: null, deadlineMs },
    outputs: [],
  };
}

/** Returns the node's side of a connection that was just made, which begins with a `hello`. */
export function startNodeSession(
  nowMs: number,
  options: { hello: Hello; helloTimeoutMs?: number },
): SessionStep {
  const { hello, helloTimeoutMs = LIMITS.helloTimeoutMs } = options;
  const deadlineMs = nowMs + helloTimeoutMs;
  return {
    state: { side: "node", phase: "awaiting_welcome", protocol: null, deadlineMs },
    outputs: [{ kind: "send", message: hello }],
  };
}

/** Returns the session after `input`. A closed session stays closed and has no more outputs. */
export function advanceSession(state: SessionState, input: SessionInput): SessionStep {
  if (state.phase === "closed") return { state, outputs: [] };
  switch (input.kind) {
    case "received":
      return receive(state, input.message);
    case "tick":
      return tick(state, input.nowMs);
    case "accept":
      return accept(state, input.welcome);
    case "refuse":
      invariant(state.phase === "deciding", `a hello is refused while ${state.phase}`);
      return refuse(state, input.code, input.reason);
    case "leave":
      return leave(state, input.code, input.reason);
    case "lost":
      return { state: closed(state), outputs: [] };
  }
}

function receive(state: SessionState, message: Message): SessionStep {
  if (!mayCome(message.type, { from: otherSide(state.side) })) {
    return violation(state, `A ${otherSide(state.side)} may not send ${message.type}.`);
  }
  if (message.type === "goodbye") return dismissed(state, message);
  switch (state.phase) {
    case "awaiting_hello":
      if (message.type === "hello") return greet(state, message);
      return violation(state, `The first message was ${message.type}, not hello.`);
    case "deciding":
      return violation(state, `A ${message.type} came before the hello was answered.`);
    case "awaiting_welcome":
      if (message.type === "welcome") return enter(state, message);
      if (message.type === "reject") return dismissed(state, message);
      return violation(state, `The hello was answered with ${message.type}.`);
    default:
      if (isHandshake(message.type)) {
        return violation(state, `A ${message.type} came when the handshake was over.`);
      }
      return { state, outputs: [{ kind: "deliver", message }] };
  }
}

function greet(state: SessionState, hello: Hello): SessionStep {
  const protocol = negotiateVersion(PROTOCOL_VERSION, hello.protocol);
  invariant(protocol !== null, "the codec lets no hello of another version through");
  return {
    state: { ...state, phase: "deciding", protocol, deadlineMs: null },
    outputs: [{ kind: "deliver", message: hello }],
  };
}

function accept(state: SessionState, rest: Omit<Welcome, "type" | "protocol">): SessionStep {
  invariant(
    state.phase === "deciding" && state.protocol !== null,
    `a hello is accepted while ${state.phase}`,
  );
  const message: Welcome = { type: "welcome", protocol: state.protocol, ...rest };
  return { state: { ...state, phase: "open" }, outputs: [{ kind: "send", message }] };
}

function enter(state: SessionState, welcome: Welcome): SessionStep {
  const theirs = { min: welcome.protocol, max: welcome.protocol };
  if (negotiateVersion(PROTOCOL_VERSION, theirs) === null) {
    return leave(state, "protocol_version", describeMismatch(PROTOCOL_VERSION, theirs));
  }
  return {
    state: { ...state, phase: "open", protocol: welcome.protocol, deadlineMs: null },
    outputs: [{ kind: "deliver", message: welcome }],
  };
}

function tick(state: SessionState, nowMs: number): SessionStep {
  if (state.deadlineMs === null || nowMs < state.deadlineMs) return { state, outputs: [] };
  const awaited = state.phase === "awaiting_hello" ? "hello" : "answer to the hello";
  return leave(state, "handshake_timeout", `No ${awaited} arrived in time.`);
}

function violation(state: SessionState, reason: string): SessionStep {
  return leave(state, "message_invalid", reason);
}

function refuse(state: SessionState, code: ErrorCode, reason: string): SessionStep {
  return end(state, { type: "reject", code, reason });
}

function leave(state: SessionState, code: ErrorCode, reason: string): SessionStep {
  return end(state, { type: "goodbye", code, reason });
}

function end(
  state: SessionState,
  farewell: { type: "goodbye" | "reject"; code: ErrorCode; reason: string },
): SessionStep {
  const reason = clipReason(farewell.reason);
  const send = { kind: "send", message: { ...farewell, reason } } as const;
  const close = { kind: "close", code: farewell.code, reason } as const;
  return { state: closed(state), outputs: [send, close] };
}

/** Ends the session because the other side sent `goodbye` or `reject`. */
function dismissed(
  state: SessionState,
  message: Extract<Message, { type: "goodbye" | "reject" }>,
): SessionStep {
  const code = isErrorCode(message.code) ? message.code : "connection_lost";
  return {
    state: closed(state),
    outputs: [{ kind: "deliver", message }, { kind: "close", code, reason: message.reason }],
  };
}

function closed(state: SessionState): SessionState {
  return { ...state, phase: "closed", deadlineMs: null };
}

function isHandshake(type: MessageType): boolean {
  return type === "hello" || type === "welcome" || type === "reject";
}
