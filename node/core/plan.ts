import type { Digest } from "../../protocol/kernel/digest.ts";
import type { GalleryOffer } from "../../protocol/messages/gallery.ts";
import type { ModelOffer } from "../../protocol/messages/model.ts";
import type { TaskAssign } from "../../protocol/messages/task.ts";
import {
  type AttemptKey,
  type AttemptPhase,
  type AttemptState,
  type Failure,
  type NodeState,
  whyUnrunnable,
} from "./state.ts";
import { attemptsPerWorker, hasRoomFor } from "./worker_capacity.ts";

/**
 * The next step of the node. The executor carries it out; a `begun` event records it in the state.
 */
export type Action =
  /**
   * Drops a cancelled attempt: aborts its transfer and frees its picture. A worker that runs it
   * finishes, and its result is discarded.
   */
  | { readonly do: "drop"; readonly key: AttemptKey }
  /** Fails an attempt that cannot run: its deadline has passed, or its model is not available. */
  | { readonly do: "refuse"; readonly key: AttemptKey; readonly failure: Failure }
  /** Uploads the pictures of the answer to the blob store of the master. */
  | { readonly do: "upload"; readonly key: AttemptKey }
  | { readonly do: "unload"; readonly manifestDigest: Digest }
  | { readonly do: "dropGallery"; readonly gallery: string }
  /** Fetches the missing files of this version and activates it in every worker. */
  | { readonly do: "fetchGallery"; readonly offer: GalleryOffer }
  | { readonly do: "fetchModel"; readonly manifestDigest: Digest; readonly offer: ModelOffer }
  /** Loads the model in every worker, warms it up and measures it. */
  | { readonly do: "load"; readonly manifestDigest: Digest; readonly offer: ModelOffer }
  | { readonly do: "fetchImage"; readonly key: AttemptKey; readonly assign: TaskAssign }
  | {
    readonly do: "run";
    readonly key: AttemptKey;
    readonly assign: TaskAssign;
    readonly deadlineMs: number;
    /** True if the attempt may queue in a busy worker behind others that are equally quick. */
    readonly isQuick: boolean;
  };

/**
 * Returns the next action, or `null` if there is nothing to do. The checks are tried in order of
 * precedence, and the first that finds work wins. Does not change `state`: apply a `begun` event
 * before calling it again.
 */
export function plan(state: NodeState): Action | null {
  return dropCancelled(state) ??
    uploadAnswered(state) ??
    refuseHopeless(state) ??
    unloadRetired(state) ??
    dropGallery(state) ??
    fetchGallery(state) ??
    fetchModel(state) ??
    loadFetched(state) ??
    fetchImage(state) ??
    runWaiting(state);
}

function dropCancelled(state: NodeState): Action | null {
  for (const { key, cancelled, phase } of state.attempts.values()) {
    if (cancelled && phase !== "abandoned") return { do: "drop", key };
  }
  return null;
}

function uploadAnswered(state: NodeState): Action | null {
  const attempt = firstAttempt(state, "answered");
  return attempt && { do: "upload", key: attempt.key };
}

function refuseHopeless(state: NodeState): Action | null {
  for (const { key, assign, phase, deadlineAtMs } of state.attempts.values()) {
    if (phase !== "assigned" && phase !== "fetching" && phase !== "waiting") continue;
    const failure = deadlineAtMs <= state.nowMs ? LATE : whyUnrunnable(state, assign.manifestDigest);
    if (failure !== null) return { do: "refuse", key, failure };
  }
  return null;
}

const LATE: Failure = {
  code: "deadline_exceeded",
  reason: "The task's deadline passed before a worker was free.",
};

function unloadRetired(state: NodeState): Action | null {
  for (const { manifestDigest, retired, isStale, phase } of state.models.values()) {
    if (!(retired || isStale) || phase === "loading" || phase === "unloading") continue;
    if (!isNeeded(state, manifestDigest)) return { do: "unload", manifestDigest };
  }
  return null;
}

function dropGallery(state: NodeState): Action | null {
  for (const { name, retired, phase } of state.galleries.values()) {
    if (retired && phase !== "fetching" && phase !== "dropping") return { do: "dropGallery", gallery: name };
  }
  return null;
}

/**
 * Fetches one version of a gallery at a time. Versions that are offered during a fetch are skipped,
 * except the newest.
 */
function fetchGallery(state: NodeState): Action | null {
  for (const { offer, phase, retired } of state.galleries.values()) {
    if (phase === "offered" && !retired && offer !== null) return { do: "fetchGallery", offer };
  }
  return null;
}

function isNeeded(state: NodeState, manifestDigest: Digest): boolean {
  for (const { assign } of state.attempts.values()) {
    if (assign.manifestDigest === manifestDigest) return true;
  }
  return false;
}

/** Fetches one model at a time, so that the first one is ready sooner. */
function fetchModel(state: NodeState): Action | null {
  let next: Action | null = null;
  for (const { manifestDigest, offer, phase, retired } of state.models.values()) {
    if (phase === "fetching") return null;
    if (phase === "offered" && !retired) next ??= { do: "fetchModel", manifestDigest, offer };
  }
  return next;
}

/** Loads one model at a time, so that loading another does not distort the measurement. */
function loadFetched(state: NodeState): Action | null {
  let next: Action | null = null;
  for (const { manifestDigest, offer, phase, retired } of state.models.values()) {
    if (phase === "loading") return null;
    if (phase === "fetched" && !retired) next ??= { do: "load", manifestDigest, offer };
  }
  return next;
}

/**
 * Prefetches pictures for the workers, up to the number of pictures that the node may hold, and
 * only for models that are ready.
 */
function fetchImage(state: NodeState): Action | null {
  let held = 0;
  let next: AttemptState | null = null;
  for (const attempt of state.attempts.values()) {
    if (attempt.assign.image === null) continue;
    if (attempt.phase === "fetching" || attempt.phase === "waiting") held++;
    else if (attempt.phase === "assigned" && isReady(state, attempt.assign)) next ??= attempt;
  }
  if (next === null || held >= state.limits.imagesMax) return null;
  return { do: "fetchImage", key: next.key, assign: next.assign };
}

function runWaiting(state: NodeState): Action | null {
  for (const { key, assign, phase, deadlineAtMs } of state.attempts.values()) {
    if (phase !== "waiting") continue;
    const model = state.models.get(assign.manifestDigest);
    if (model?.phase !== "ready") continue;
    // An attempt that needs a whole worker must not be overtaken for ever by attempts that share
    // one.
    if (!hasRoomFor(state, model)) return null;
    const isQuick = attemptsPerWorker(model) > 1;
    const deadlineMs = Math.min(deadlineAtMs - state.nowMs, state.limits.attemptDeadlineMs);
    return { do: "run", key, assign, deadlineMs, isQuick };
  }
  return null;
}

function isReady(state: NodeState, { manifestDigest }: TaskAssign): boolean {
  return state.models.get(manifestDigest)?.phase === "ready";
}

function firstAttempt(state: NodeState, wanted: AttemptPhase): AttemptState | null {
  for (const attempt of state.attempts.values()) if (attempt.phase === wanted) return attempt;
  return null;
}
