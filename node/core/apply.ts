import type { Instruction, NodeEvent } from "./event.ts";
import type { Action } from "./plan.ts";
import type { NodeState } from "./state.ts";
import {
  advance,
  applyAssign,
  applyCancel,
  applyDropped,
  applyFailed,
  applyNamed,
  applyRan,
  applyUploaded,
  attemptOf,
  endWithFailure,
} from "./attempts.ts";
import {
  applyGalleryDropped,
  applyGalleryFailed,
  applyGalleryOffer,
  applyGalleryRetire,
  applyGalleryTaken,
  galleryOf,
} from "./galleries.ts";
import {
  applyFetched,
  applyLoaded,
  applyModelFailed,
  applyOffer,
  applyReload,
  applyResumed,
  applyRetire,
  applyUnloaded,
  modelOf,
} from "./models.ts";

/**
 * Applies one event to `state`, in place, and appends the resulting messages to the master to
 * `state.outbox`. Deterministic: the same state and events always give the same result. An event
 * about a model, gallery or attempt that no longer exists changes nothing.
 */
export function apply(state: NodeState, event: NodeEvent, nowMs: number): void {
  state.nowMs = nowMs;
  switch (event.kind) {
    case "connected":
      return applyConnected(state);
    case "disconnected":
      return applyDisconnected(state);
    case "instructed":
      return applyInstruction(state, event.instruction);
    case "drainChanged":
      state.draining = event.draining;
      if (!event.draining) applyResumed(state);
      return;
    case "ticked":
      return;
    case "reloadAsked":
      return applyReload(state);
    case "begun":
      return applyBegun(state, event.action);
    case "modelFetched":
      return applyFetched(state, event);
    case "modelLoaded":
      return applyLoaded(state, event);
    case "modelFailed":
      return applyModelFailed(state, event);
    case "modelUnloaded":
      return applyUnloaded(state, event.manifestDigest);
    case "galleryTaken":
      return applyGalleryTaken(state, event);
    case "galleryFailed":
      return applyGalleryFailed(state, event);
    case "galleryDropped":
      return applyGalleryDropped(state, event.gallery);
    case "imageFetched":
      return advance(state, event.key, { from: "fetching", to: "waiting" });
    case "attemptRan":
      return applyRan(state, event);
    case "picturesNamed":
      return applyNamed(state, event);
    case "attemptUploaded":
      return applyUploaded(state, event.key);
    case "attemptFailed":
      return applyFailed(state, event);
  }
}

function applyInstruction(state: NodeState, instruction: Instruction): void {
  switch (instruction.type) {
    case "model.offer":
      return applyOffer(state, instruction);
    case "model.retire":
      return applyRetire(state, instruction);
    case "gallery.offer":
      return applyGalleryOffer(state, instruction);
    case "gallery.retire":
      return applyGalleryRetire(state, instruction);
    case "task.assign":
      return applyAssign(state, instruction);
    case "task.cancel":
      return applyCancel(state, instruction);
  }
}

/**
 * Starts a new connection with an empty outbox: messages that were never sent are not delivered to
 * the next master, because a master offers everything it wants again after it connects.
 */
function applyConnected(state: NodeState): void {
  state.connection++;
  for (const gallery of state.galleries.values()) gallery.isAnnounced = false;
  state.outbox = [];
}

function applyDisconnected(state: NodeState): void {
  for (const attempt of state.attempts.values()) attempt.cancelled = true;
  state.ended.clear();
}

function applyBegun(state: NodeState, action: Action): void {
  switch (action.do) {
    case "drop":
      return applyDropped(state, action.key);
    case "refuse":
      return endWithFailure(state, attemptOf(state, action.key), action.failure);
    case "upload":
      return advance(state, action.key, { from: "answered", to: "uploading" });
    case "fetchImage":
      return advance(state, action.key, { from: "assigned", to: "fetching" });
    case "run":
      return advance(state, action.key, { from: "waiting", to: "running" });
    case "unload":
      modelOf(state, action.manifestDigest).phase = "unloading";
      modelOf(state, action.manifestDigest).isStale = false;
      return;
    case "fetchGallery":
      galleryOf(state, action.offer.gallery).phase = "fetching";
      return;
    case "dropGallery":
      galleryOf(state, action.gallery).phase = "dropping";
      return;
    case "fetchModel":
      modelOf(state, action.manifestDigest).phase = "fetching";
      return;
    case "load":
      modelOf(state, action.manifestDigest).phase = "loading";
      return;
  }
}
