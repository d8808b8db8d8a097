import { invariant } from "../../../protocol/kernel/invariant.ts";
import { recognizerName } from "../../../models/manifest.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { connectionOf, nodeOf } from "./apply_nodes.ts";
import type {
  RecognizerFailed,
  RecognizerOffered,
  RecognizerReady,
  RecognizerRegistered,
  RecognizerUnsuitable,
  ServabilityChanged,
} from "../messages/event.ts";
import type { MasterState, NodeRecognizer } from "../state/state.ts";
import { TaskQueue } from "../state/task_queue.ts";

/** Events about recognizers and how nodes stand to them. */
export type RecognizerEvent =
  | RecognizerRegistered
  | RecognizerOffered
  | RecognizerUnsuitable
  | RecognizerReady
  | RecognizerFailed
  | ServabilityChanged;

/** The part of `apply` that is about recognizers. */
export function applyRecognizerEvent(state: MasterState, event: RecognizerEvent): void {
  switch (event.type) {
    case "recognizer_registered":
      return applyRegistered(state, event);
    case "recognizer_offered":
      return place(state, event, { state: "offered" });
    case "recognizer_unsuitable":
      return place(state, event, { state: "unsuitable", reason: event.reason });
    case "recognizer_ready":
      return place(state, event, { state: "ready", imagesPerSecond: event.imagesPerSecond });
    case "recognizer_failed": {
      const { reason, retryable } = event;
      return place(state, event, { state: "failed", reason, retryable });
    }
    case "servability_changed": {
      const recognizer = state.recognizers.get(event.manifestDigest);
      invariant(recognizer !== undefined, `recognizer ${event.manifestDigest} is not known`);
      recognizer.servable = event.servable;
      recognizer.servableSinceMs = event.atMs;
      return;
    }
  }
}

function applyRegistered(
  state: MasterState,
  { manifest, document, atMs }: RecognizerRegistered,
): void {
  invariant(!state.recognizers.has(manifest.digest), `${manifest.digest} is registered already`);
  state.recognizers.set(manifest.digest, {
    name: recognizerName(document),
    manifest,
    document,
    waiting: new TaskQueue(),
    servable: false,
    servableSinceMs: atMs,
    taskCount: 0,
    usedAtMs: atMs,
  });
}

function place(
  state: MasterState,
  event: { nodeId: string; manifestDigest: Digest; atMs: number },
  change: Pick<NodeRecognizer, "state"> & Partial<NodeRecognizer>,
): void {
  connectionOf(nodeOf(state, event.nodeId)).recognizers.set(event.manifestDigest, {
    sinceMs: event.atMs,
    imagesPerSecond: null,
    serviceMs: null,
    reason: null,
    retryable: false,
    ...change,
  });
}
