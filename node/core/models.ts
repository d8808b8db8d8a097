import type { Digest } from "../../protocol/kernel/digest.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { ModelOffer, ModelRetire } from "../../protocol/messages/model.ts";
import type { NodeEvent } from "./event.ts";
import type { ModelPhase, ModelState, NodeState } from "./state.ts";

/**
 * Records that the master wants this model here. A model that is ready is announced at once; a
 * failed one is tried again.
 */
export function applyOffer(state: NodeState, offer: ModelOffer): void {
  const manifestDigest = offer.manifest.digest;
  const known = state.models.get(manifestDigest);
  if (known !== undefined) {
    known.offer = offer;
    known.retired = false;
    if (known.phase === "failed") known.phase = "offered";
    if (known.phase === "ready") {
      known.fetchedBytes = 0;
      announceReady(state, known);
    }
    return;
  }
  if (state.models.size >= state.limits.modelsMax) {
    const reason = `This node already holds ${state.models.size} models.`;
    state.outbox.push({ type: "model.failed", manifestDigest, code: "queue_full", reason });
    return;
  }
  state.models.set(manifestDigest, {
    manifestDigest,
    offer,
    phase: "offered",
    retired: false,
    isStale: false,
    fetchedBytes: 0,
    measured: null,
    failure: null,
  });
}

/** Tries models again that could not be fetched or loaded, because somebody asks for it. */
export function applyResumed(state: NodeState): void {
  for (const model of state.models.values()) if (model.phase === "failed") model.phase = "offered";
}

/** Marks the model as retired; the plan unloads it once no attempt needs it. */
export function applyRetire(state: NodeState, { manifestDigest }: ModelRetire): void {
  const model = state.models.get(manifestDigest);
  if (model !== undefined) model.retired = true;
}

/** Marks every model that is ready to be unloaded, loaded and measured anew. */
export function applyReload(state: NodeState): void {
  for (const model of state.models.values()) if (model.phase === "ready") model.isStale = true;
}

/** Returns true if no model is being fetched, loaded or unloaded, or is about to be. */
export function areModelsSettled(state: NodeState): boolean {
  return [...state.models.values()].every(({ phase, isStale, retired }) =>
    phase === "failed" || (phase === "ready" && !isStale && !retired)
  );
}

/** Records that all files of the model are on this node and verified. */
export function applyFetched(
  state: NodeState,
  { manifestDigest, fetchedBytes }: Extract<NodeEvent, { kind: "modelFetched" }>,
): void {
  const model = modelIn(state, manifestDigest, "fetching");
  if (model === null) return;
  model.phase = "fetched";
  model.fetchedBytes = fetchedBytes;
}

/** Records that every worker has loaded the model, and that it is warmed up and measured. */
export function applyLoaded(
  state: NodeState,
  event: Extract<NodeEvent, { kind: "modelLoaded" }>,
): void {
  const { manifestDigest, imagesPerSecond, warmUpMs, memoryBytes, refetchedBytes = 0 } = event;
  const model = modelIn(state, manifestDigest, "loading");
  if (model === null) return;
  model.phase = "ready";
  model.measured = { imagesPerSecond, warmUpMs, ...memoryBytes === undefined ? {} : { memoryBytes } };
  model.fetchedBytes += refetchedBytes;
  if (!model.retired) announceReady(state, model);
}

/** Records that the model could not be fetched or loaded. */
export function applyModelFailed(
  state: NodeState,
  { manifestDigest, failure }: Extract<NodeEvent, { kind: "modelFailed" }>,
): void {
  const model = state.models.get(manifestDigest);
  if (model?.phase !== "fetching" && model?.phase !== "loading") return;
  model.phase = "failed";
  model.failure = failure;
  if (!model.retired) state.outbox.push({ type: "model.failed", manifestDigest, ...failure });
}

/**
 * Removes a model that the workers have unloaded. If it was offered again while it was being
 * unloaded, it starts over as `offered`.
 */
export function applyUnloaded(state: NodeState, manifestDigest: Digest): void {
  const model = modelIn(state, manifestDigest, "unloading");
  if (model === null) return;
  if (model.retired) state.models.delete(manifestDigest);
  else model.phase = "offered";
}

/** Returns the model that an action of the plan names. It must exist. */
export function modelOf(state: NodeState, manifestDigest: Digest): ModelState {
  const model = state.models.get(manifestDigest);
  invariant(model !== undefined, `the plan named ${manifestDigest}, which is gone`);
  return model;
}

function modelIn(
  state: NodeState,
  manifestDigest: Digest,
  phase: ModelPhase,
): ModelState | null {
  const model = state.models.get(manifestDigest);
  return model?.phase === phase ? model : null;
}
function announceReady(
  state: NodeState,
  { manifestDigest, fetchedBytes, measured }: ModelState,
): void {
  invariant(measured !== null, `${manifestDigest} is ready but was not measured`);
  state.outbox.push({ type: "model.ready", manifestDigest, fetchedBytes, ...measured });
}
