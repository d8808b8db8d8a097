import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import type { Capabilities } from "../../../protocol/messages/hello.ts";
import { unmetRequirements } from "./unmet_requirements.ts";
import { isServable } from "../scheduler/feasible.ts";
import { heldDigests } from "../state/lineage.ts";
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

/** Failures that would only repeat themselves. What was not loaded in time would take the node's workers away as long again. */
const LASTING_FAILURES: readonly string[] = [
  "answer_too_large",
  "deadline_exceeded",
  "engine_failed",
  "model_invalid",
] satisfies ErrorCode[];

/** Serves a model from now on. The first of its name is the latest version, and the nodes are offered it. */
export function registerModel(
  state: MasterState,
  { manifest, document, commandId }: RegisterModel,
  now: Moment,
): MasterEvent[] {
  const { name, version } = document;
  const told: MasterEvent[] = [];
  if (commandId !== undefined) {
    told.push({ type: "command_finished", commandId, code: null, detail: `${name}@${version} is served.` });
  }
  if (state.models.has(manifest.digest)) return told;
  const registered: MasterEvent = {
    type: "model_registered",
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
  return [...state.models.values()]
    .filter(({ manifest }) => held.has(manifest.digest))
    .map((model) => offerOf(model, node, now));
}

/** The offer of a model to a node, or why there is none. */
export function offerOf(
  { manifest, document }: Pick<ModelState, "manifest" | "document">,
  { nodeId, capabilities, version }: OfferedNode,
  { nowMs: atMs }: Moment,
): ModelOffered | ModelUnsuitable {
  const manifestDigest = manifest.digest;
  const reason = unmetRequirements(document.requirements, { ...capabilities, version });
  return reason === null
    ? { type: "model_offered", nodeId, manifestDigest, atMs }
    : { type: "model_unsuitable", nodeId, manifestDigest, reason, atMs };
}

/** The node can run it. Said again, it only brings a new measurement. */
export function acceptReady(
  state: MasterState,
  { nodeId, message }: AcceptReady,
  now: Moment,
): ModelReady[] {
  // What was retired while the node said so is on its way out there.
  if (!standsTo(state, nodeId, message.manifestDigest)) return [];
  const { manifestDigest, imagesPerSecond, fetchedBytes, warmUpMs } = message;
  return [{
    type: "model_ready",
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
): ModelFailed[] {
  if (!standsTo(state, nodeId, manifestDigest)) return [];
  const retryable = !LASTING_FAILURES.includes(code);
  const atMs = now.nowMs;
  return [{ type: "model_failed", nodeId, manifestDigest, code, reason, retryable, atMs }];
}

function standsTo(state: MasterState, nodeId: string, manifestDigest: Digest): boolean {
  return state.nodes.get(nodeId)?.connection?.models.has(manifestDigest) ?? false;
}

/** Models that failed on a node for a reason that may have passed. */
export function offerAgain(state: MasterState, now: Moment): ModelOffered[] {
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

/** Notes since when there has been somebody, or nobody, who could serve a model. */
export function judgeServability(state: MasterState, now: Moment): ServabilityChanged[] {
  const events: ServabilityChanged[] = [];
  for (const [manifestDigest, model] of state.models) {
    const servable = isServable(state, manifestDigest);
    if (servable === model.servable) continue;
    events.push({ type: "servability_changed", manifestDigest, servable, atMs: now.nowMs });
  }
  return events;
}
