import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { Capabilities } from "../../../protocol/messages/hello.ts";
import { whyUnsuitable } from "./unmet_requirements.ts";
import { isServable } from "../scheduler/feasible.ts";
import { heldDigests } from "../state/lineage.ts";
import type { AcceptModelFailure, AcceptReady, RegisterRecognizer } from "../messages/command.ts";
import type {
  MasterEvent,
  RecognizerFailed,
  RecognizerOffered,
  RecognizerReady,
  RecognizerUnsuitable,
  ServabilityChanged,
} from "../messages/event.ts";
import type { MasterState, Moment, RecognizerState } from "../state/state.ts";

/** Failures that would only repeat themselves. What was not loaded in time would take the node's workers away as long again. */
const LASTING_FAILURES: readonly string[] = [
  "answer_too_large",
  "deadline_exceeded",
  "engine_failed",
  "recognizer_invalid",
] satisfies ErrorCode[];

/** Serves a recognizer from now on. The first of its name is the latest version, and the nodes are offered it. */
export function registerRecognizer(
  state: MasterState,
  { manifest, document, commandId }: RegisterRecognizer,
  now: Moment,
): MasterEvent[] {
  const { name, version } = document;
  const told: MasterEvent[] = [];
  if (commandId !== undefined) {
    told.push({ type: "command_finished", commandId, code: null, detail: `${name}@${version} is served.` });
  }
  if (state.recognizers.has(manifest.digest)) return told;
  const registered: MasterEvent = {
    type: "recognizer_registered",
    manifest,
    document,
    atMs: now.nowMs,
    atWallMs: now.wallMs,
  };
  if (state.lineages.has(name)) return [registered, ...told];
  return [registered, { type: "latest_moved", name, to: manifest.digest, previous: null }, ...told];
}

/** A node as far as it matters to what it is offered. */
interface OfferedNode {
  readonly nodeId: string;
  /** Of dml. */
  readonly version: string;
  readonly capabilities: Capabilities;
}

/** What a node that just came in is offered: everything that is to be held, whatever it holds already. */
export function offersFor(
  state: MasterState,
  node: OfferedNode,
  now: Moment,
): MasterEvent[] {
  const held = heldDigests(state);
  return [...state.recognizers.values()]
    .filter(({ manifest }) => held.has(manifest.digest))
    .map((recognizer) => offerOf(recognizer, node, now));
}

/** The offer of a recognizer to a node, or why there is none. */
export function offerOf(
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
  // What was retired while the node said so is on its way out there.
  if (!standsTo(state, nodeId, message.manifestDigest)) return [];
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
  if (!standsTo(state, nodeId, manifestDigest)) return [];
  const retryable = !LASTING_FAILURES.includes(code);
  const atMs = now.nowMs;
  return [{ type: "recognizer_failed", nodeId, manifestDigest, code, reason, retryable, atMs }];
}

function standsTo(state: MasterState, nodeId: string, manifestDigest: Digest): boolean {
  return state.nodes.get(nodeId)?.connection?.recognizers.has(manifestDigest) ?? false;
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
