import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { Capabilities } from "../../../protocol/messages/hello.ts";
import { unmetBinding } from "../fleet/node_labels.ts";
import { heldByEach } from "../fleet/required_models.ts";
import { unmetRequirements } from "./unmet_requirements.ts";
import { isServable } from "../scheduler/feasible.ts";
import type { AcceptModelFailure, AcceptReady, RegisterModel } from "../messages/command.ts";
import type {
  MasterEvent,
  ModelFailed,
  ModelOffered,
  ModelReady,
  ModelUnsuitable,
  ServabilityChanged,
} from "../messages/event.ts";
import type { MasterState, ModelState, Moment } from "../state/state.ts";

/**
 * Failures that would only repeat themselves. A model that was not loaded before its deadline would
 * block the workers of the node for as long again.
 */
const LASTING_FAILURES: readonly string[] = [
  "answer_too_large",
  "deadline_exceeded",
  "engine_failed",
  "model_invalid",
] satisfies ErrorCode[];

/**
 * Serves a model from now on. The first version of a name becomes the latest one, which the nodes
 * are then offered.
 */
export function registerModel(
  state: MasterState,
  { manifest, document, commandId }: RegisterModel,
  now: Moment,
): MasterEvent[] {
  const { name, version } = document;
  const outcome: MasterEvent[] = [];
  if (commandId !== undefined) {
    outcome.push({ type: "command_finished", commandId, code: null, detail: `${name}@${version} is served.` });
  }
  if (state.models.has(manifest.digest)) return outcome;
  const registered: MasterEvent = {
    type: "model_registered",
    manifest,
    document,
    atMs: now.nowMs,
    atWallMs: now.wallMs,
  };
  if (state.lineages.has(name)) return [registered, ...outcome];
  return [registered, { type: "latest_moved", name, to: manifest.digest, previous: null }, ...outcome];
}

/** Properties of a node that decide what it is offered. */
interface OfferedNode {
  readonly nodeId: string;
  /** Version of dml. */
  readonly version: string;
  readonly capabilities: Capabilities;
}

/**
 * Returns the offers for a node that has just connected: everything that nodes should hold,
 * whatever it holds already.
 */
export function offersFor(
  state: MasterState,
  node: OfferedNode,
  now: Moment,
): MasterEvent[] {
  const held = heldByEach(state)(node);
  return [...state.models.values()]
    .filter(({ manifest }) => held.has(manifest.digest))
    .map((model) => offerOf(state, { model, node }, now));
}

/** Returns the offer of a model to a node, or the reason why the model does not suit it. */
export function offerOf(
  state: MasterState,
  { model, node }: { model: Pick<ModelState, "manifest" | "document" | "measuredBytes">; node: OfferedNode },
  { nowMs: atMs }: Moment,
): ModelOffered | ModelUnsuitable {
  const { manifest: { digest: manifestDigest }, document, measuredBytes } = model;
  const { nodeId, capabilities, version } = node;
  const reason = unmetBinding(state, document.name, node) ??
    unmetRequirements({ ...document.requirements, measuredBytes }, { ...capabilities, version });
  return reason === null
    ? { type: "model_offered", nodeId, manifestDigest, atMs }
    : { type: "model_unsuitable", nodeId, manifestDigest, reason, atMs };
}

/** Records that the node can run the model. A repeated report only brings a new measurement. */
export function acceptReady(
  state: MasterState,
  { nodeId, message }: AcceptReady,
  now: Moment,
): ModelReady[] {
  // The node is already removing a model that was retired while this report was on its way.
  if (!isOffered(state, nodeId, message.manifestDigest)) return [];
  const { manifestDigest, imagesPerSecond, fetchedBytes, warmUpMs, memoryBytes = null } = message;
  return [{
    type: "model_ready",
    nodeId,
    manifestDigest,
    imagesPerSecond,
    fetchedBytes,
    warmUpMs,
    memoryBytes,
    atMs: now.nowMs,
  }];
}

/** Records that the node cannot run the model. */
export function acceptModelFailure(
  state: MasterState,
  { nodeId, message: { manifestDigest, code, reason } }: AcceptModelFailure,
  now: Moment,
): ModelFailed[] {
  if (!isOffered(state, nodeId, manifestDigest)) return [];
  const retryable = !LASTING_FAILURES.includes(code);
  const atMs = now.nowMs;
  return [{ type: "model_failed", nodeId, manifestDigest, code, reason, retryable, atMs }];
}

/**
 * Returns true if the node was offered the model. A model that has become unsuitable since, because
 * it is bound to other nodes, is being removed there.
 */
function isOffered(state: MasterState, nodeId: string, manifestDigest: Digest): boolean {
  const status = state.nodes.get(nodeId)?.connection?.models.get(manifestDigest);
  return status !== undefined && status.state !== "unsuitable";
}

/** Offers models again that failed on a node for a reason that may have passed. */
export function offerModelsAgain(state: MasterState, now: Moment): ModelOffered[] {
  const events: ModelOffered[] = [];
  for (const { connection, record: { nodeId } } of state.nodes.values()) {
    if (connection === null) continue;
    for (const [manifestDigest, model] of connection.models) {
      if (model.state !== "failed" || !model.retryable) continue;
      if (now.nowMs - model.sinceMs < state.settings.offerAgainMs) continue;
      events.push({ type: "model_offered", nodeId, manifestDigest, atMs: now.nowMs });
    }
  }
  return events;
}

/** Records changes in whether any node could serve a model, and their time. */
export function recordServability(state: MasterState, now: Moment): ServabilityChanged[] {
  const events: ServabilityChanged[] = [];
  for (const [manifestDigest, model] of state.models) {
    const servable = isServable(state, manifestDigest);
    if (servable === model.servable) continue;
    events.push({ type: "servability_changed", manifestDigest, servable, atMs: now.nowMs });
  }
  return events;
}
