import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { Capabilities } from "../../protocol/messages/hello.ts";
import { whyUnsuitable } from "./suitability.ts";
import { isServable } from "../scheduler/feasible.ts";
import type { AcceptModelFailure, AcceptReady, RegisterRecognizer } from "./command.ts";
import type {
  MasterEvent,
  RecognizerFailed,
  RecognizerOffered,
  RecognizerReady,
  RecognizerUnsuitable,
  ServabilityChanged,
} from "./event.ts";
import type { MasterState, Moment, RecognizerState } from "./state.ts";

/** Failures that would only repeat themselves. */
const LASTING_FAILURES: readonly string[] = [
  "answer_too_large",
  "engine_failed",
  "recognizer_invalid",
] satisfies ErrorCode[];

/** Serves a recognizer from now on: every connected node is offered it. */
export function registerRecognizer(
  state: MasterState,
  { manifest, document }: RegisterRecognizer,
  now: Moment,
): MasterEvent[] {
  if (state.recognizers.has(manifest.digest)) return [];
  const events: MasterEvent[] = [{
    type: "recognizer_registered",
    manifest,
    document,
    atMs: now.nowMs,
    atWallMs: now.wallMs,
  }];
  for (const { connection, record } of state.nodes.values()) {
    if (connection !== null) events.push(offerOf({ manifest, document }, record, now));
  }
  return events;
}

/** A node as far as it matters to what it is offered. */
interface OfferedNode {
  readonly nodeId: string;
  /** Of dml. */
  readonly version: string;
  readonly capabilities: Capabilities;
}

/** What a node that just came in is offered: everything that it can run, whatever it holds already. */
export function offersFor(
  state: MasterState,
  node: OfferedNode,
  now: Moment,
): MasterEvent[] {
  return [...state.recognizers.values()].map((recognizer) => offerOf(recognizer, node, now));
}

function offerOf(
  { manifest, document }: Pick<RecognizerState, "manifest" | "document">,
  { nodeId, capabilities, version }: OfferedNode,
  { nowMs: atMs }: Moment,
): RecognizerOffered | RecognizerUnsuitable {
  const manifestDigest = manifest.digest;
  const reason = whyUnsuitable(document.requirements, { ...capabilities, version });
  return reason === null
    ? { type: "recognizer_offered", nodeId, manifestDigest, atMs }
    : { type: "recognizer_unsuitable", nodeId, manifestDigest, reason, atMs };
}

/** The node can run it. Said again, it only brings a new measurement. */
export function acceptReady(
  state: MasterState,
  { nodeId, message }: AcceptReady,
  now: Moment,
): RecognizerReady[] {
  if (!state.recognizers.has(message.manifestDigest)) return [];
  const { manifestDigest, imagesPerSecond, fetchedBytes, warmUpMs } = message;
  return [{
    type: "recognizer_ready",
    nodeId,
    manifestDigest,
    imagesPerSecond,
    fetchedBytes,
    warmUpMs,
    atMs: now.nowMs,
  }];
}

/** The node cannot run it. */
export function acceptModelFailure(
  state: MasterState,
  { nodeId, message: { manifestDigest, code, reason } }: AcceptModelFailure,
  now: Moment,
): RecognizerFailed[] {
  if (!state.recognizers.has(manifestDigest)) return [];
  const retryable = !LASTING_FAILURES.includes(code);
  const atMs = now.nowMs;
  return [{ type: "recognizer_failed", nodeId, manifestDigest, code, reason, retryable, atMs }];
}

/** Recognizers that failed on a node for a reason that may have passed. */
export function offerAgain(state: MasterState, now: Moment): RecognizerOffered[] {
  const events: RecognizerOffered[] = [];
  for (const { connection, record: { nodeId } } of state.nodes.values()) {
    if (connection === null) continue;
    for (const [manifestDigest, recognizer] of connection.recognizers) {
      if (recognizer.state !== "failed" || !recognizer.retryable) continue;
      if (now.nowMs - recognizer.sinceMs < state.settings.offerAgainMs) continue;
      events.push({ type: "recognizer_offered", nodeId, manifestDigest, atMs: now.nowMs });
    }
  }
  return events;
}

/** Notes since when there has been somebody, or nobody, who could serve a recognizer. */
export function judgeServability(state: MasterState, now: Moment): ServabilityChanged[] {
  const events: ServabilityChanged[] = [];
  for (const [manifestDigest, recognizer] of state.recognizers) {
    const servable = isServable(state, manifestDigest);
    if (servable === recognizer.servable) continue;
    events.push({ type: "servability_changed", manifestDigest, servable, atMs: now.nowMs });
  }
  return events;
}
