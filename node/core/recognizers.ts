import type { Digest } from "../../protocol/kernel/digest.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { ModelOffer, ModelRetire } from "../../protocol/messages/model.ts";
import type { NodeEvent } from "./event.ts";
import type { NodeState, RecognizerPhase, RecognizerState } from "./state.ts";

/** The master wants a recognizer here; one that is ready is announced at once, one that failed is tried again. */
export function applyOffer(state: NodeState, offer: ModelOffer): void {
  const manifestDigest = offer.manifest.digest;
  const known = state.recognizers.get(manifestDigest);
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
  if (state.recognizers.size >= state.limits.recognizersMax) {
    const reason = `This node holds ${state.recognizers.size} recognizers already.`;
    state.outbox.push({ type: "model.failed", manifestDigest, code: "queue_full", reason });
    return;
  }
  state.recognizers.set(manifestDigest, {
    manifestDigest,
    offer,
    phase: "offered",
    retired: false,
    fetchedBytes: 0,
    measured: null,
    failure: null,
  });
}

/** The master does not want it any more; the plan unloads it when no attempt needs it. */
export function applyRetire(state: NodeState, { manifestDigest }: ModelRetire): void {
  const recognizer = state.recognizers.get(manifestDigest);
  if (recognizer !== undefined) recognizer.retired = true;
}

/** All files are here, verified. */
export function applyFetched(
  state: NodeState,
  { manifestDigest, fetchedBytes }: Extract<NodeEvent, { kind: "modelFetched" }>,
): void {
  const recognizer = recognizerIn(state, manifestDigest, "fetching");
  if (recognizer === null) return;
  recognizer.phase = "fetched";
  recognizer.fetchedBytes = fetchedBytes;
}

/** Loaded in every worker, warmed up and measured. */
export function applyLoaded(
  state: NodeState,
  { manifestDigest, imagesPerSecond, warmUpMs, refetchedBytes = 0 }: Extract<NodeEvent, { kind: "modelLoaded" }>,
): void {
  const recognizer = recognizerIn(state, manifestDigest, "loading");
  if (recognizer === null) return;
  recognizer.phase = "ready";
  recognizer.measured = { imagesPerSecond, warmUpMs };
  recognizer.fetchedBytes += refetchedBytes;
  if (!recognizer.retired) announceReady(state, recognizer);
}

/** It could not be fetched or loaded. */
export function applyModelFailed(
  state: NodeState,
  { manifestDigest, failure }: Extract<NodeEvent, { kind: "modelFailed" }>,
): void {
  const recognizer = state.recognizers.get(manifestDigest);
  if (recognizer?.phase !== "fetching" && recognizer?.phase !== "loading") return;
  recognizer.phase = "failed";
  recognizer.failure = failure;
  if (!recognizer.retired) state.outbox.push({ type: "model.failed", manifestDigest, ...failure });
}

/** It is gone from the workers; one that was offered again while it was on its way out starts anew. */
export function applyUnloaded(state: NodeState, manifestDigest: Digest): void {
  const recognizer = recognizerIn(state, manifestDigest, "unloading");
  if (recognizer === null) return;
  if (recognizer.retired) state.recognizers.delete(manifestDigest);
  else recognizer.phase = "offered";
}

/** The recognizer that the plan named. */
export function recognizerOf(state: NodeState, manifestDigest: Digest): RecognizerState {
  const recognizer = state.recognizers.get(manifestDigest);
  invariant(recognizer !== undefined, `the plan named ${manifestDigest}, which is gone`);
  return recognizer;
}

function recognizerIn(
  state: NodeState,
  manifestDigest: Digest,
  phase: RecognizerPhase,
): RecognizerState | null {
  const recognizer = state.recognizers.get(manifestDigest);
  return recognizer?.phase === phase ? recognizer : null;
}
function announceReady(
  state: NodeState,
  { manifestDigest, fetchedBytes, measured }: RecognizerState,
): void {
  invariant(measured !== null, `${manifestDigest} is ready but was not measured`);
  state.outbox.push({ type: "model.ready", manifestDigest, fetchedBytes, ...measured });
}
