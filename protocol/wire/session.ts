import { clipReason } from "../kernel/clip.ts";
import { type ErrorCode, isErrorCode } from "../kernel/errors.ts";
import { invariant } from "../kernel/invariant.ts";
import { LIMITS } from "../kernel/limits.ts";
import { mayCome, otherSide } from "../messages/direction.ts";
import { type Hello, PROTOCOL_VERSION, type Welcome } from "../messages/hello.ts";
import type { Message, MessageType } from "../messages/message.ts";
import { describeMismatch, negotiateVersion } from "../messages/version_range.ts";
import type { Phase, SessionInput, SessionOutput, SessionState, SessionStep } from "./session_state.ts";

export { negotiateVersion };
export type { Phase, SessionInput, SessionOutput, SessionState, SessionStep };

/** Messages that are awaited, for people. */
const AWAITED: { readonly [Name in Phase]?: string } = {
  awaiting_hello: "hello",
  awaiting_proof: "answer to the challenge",
  awaiting_challenge: "answer to the hello",
  awaiting_welcome: "answer to the proof",
};

/**
 * Returns the master's side of a connection that was just accepted. No other connection may have
 * the same `challenge`. The node must have proven its key before `helloTimeoutMs` have passed.
 */
export function startMasterSession(
  nowMs: number,
  options: { challenge: string; helloTimeoutMs?: number },
): SessionStep {
  const { challenge, helloTimeoutMs = LIMITS.helloTimeoutMs } = options;
  const deadlineMs = nowMs + helloTimeoutMs;
  return {
    state: { side: "master", phase: "awaiting_hello", protocol: null, deadlineMs, challenge, hello: null },
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
    state: { side: "node", phase: "awaiting_challenge", protocol: null, deadlineMs, challenge: null, hello: null },
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
    case "signed":
      invariant(state.phase === "signing", `a challenge is signed while ${state.phase}`);
      return prove(state, input.signature);
    case "verified":
      return judge(state, input.isGenuine);
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
    case "awaiting_proof":
      if (message.type === "proof") return verify(state, message.signature);
      return violation(state, `The challenge was answered with ${message.type}.`);
    case "verifying":
    case "deciding":
      return violation(state, `A ${message.type} came before the hello was answered.`);
    case "awaiting_challenge":
      if (message.type === "challenge") return sign(state, message.challenge);
      if (message.type === "reject") return dismissed(state, message);
      return violation(state, `The hello was answered with ${message.type}.`);
    case "signing":
      if (message.type === "reject") return dismissed(state, message);
      return violation(state, `A ${message.type} came before the challenge was answered.`);
    case "awaiting_welcome":
      if (message.type === "welcome") return enter(state, message);
      if (message.type === "reject") return dismissed(state, message);
      return violation(state, `The proof was answered with ${message.type}.`);
    default:
      if (isHandshake(message.type)) {
        return violation(state, `A ${message.type} came when the handshake was over.`);
      }
      return { state, outputs: [{ kind: "deliver", message }] };
  }
}

/** Answers the hello with the challenge. The deadline stays: it is that of the whole handshake. */
function greet(state: SessionState, hello: Hello): SessionStep {
  const protocol = negotiateVersion(PROTOCOL_VERSION, hello.protocol);
  const { challenge } = state;
  invariant(protocol !== null, "the codec lets no hello of another version through");
  invariant(challenge !== null, "a master has a challenge");
  return {
    state: { ...state, phase: "awaiting_proof", protocol, hello },
    outputs: [{ kind: "send", message: { type: "challenge", challenge } }],
  };
}

function sign(state: SessionState, challenge: string): SessionStep {
  return { state: { ...state, phase: "signing" }, outputs: [{ kind: "sign", challenge }] };
}

function prove(state: SessionState, signature: string): SessionStep {
  return {
    state: { ...state, phase: "awaiting_welcome" },
    outputs: [{ kind: "send", message: { type: "proof", signature } }],
  };
}

function verify(state: SessionState, signature: string): SessionStep {
  const { hello, challenge } = state;
  invariant(hello !== null && challenge !== null, "a proof is awaited after a hello");
  return {
    state: { ...state, phase: "verifying", deadlineMs: null },
    outputs: [{ kind: "verify", publicKey: hello.publicKey, challenge, signature }],
  };
}

function judge(state: SessionState, isGenuine: boolean): SessionStep {
  const { hello } = state;
  invariant(state.phase === "verifying" && hello !== null, `a proof was checked while ${state.phase}`);
  if (!isGenuine) return refuse(state, "forbidden", "The node did not prove that it has the key of its hello.");
  return { state: { ...state, phase: "deciding" }, outputs: [{ kind: "admit", hello }] };
}

function accept(state: SessionState, rest: Omit<Welcome, "type" | "protocol">): SessionStep {
  invariant(
    state.phase === "deciding" && state.protocol !== null,
    `a hello is accepted while ${state.phase}`,
  );
  const message: Welcome = { type: "welcome", protocol: state.protocol, ...rest };
  return { state: { ...state, phase: "open", hello: null }, outputs: [{ kind: "send", message }] };
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
  return leave(state, "handshake_timeout", `No ${AWAITED[state.phase] ?? "message"} arrived in time.`);
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
  return { ...state, phase: "closed", deadlineMs: null, hello: null };
}

function isHandshake(type: MessageType): boolean {
  return ["hello", "challenge", "proof", "welcome", "reject"].includes(type);
}
