import { invariant } from "../../../protocol/kernel/invariant.ts";
import { modelName } from "../../../models/manifest.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import { connectionOf, nodeOf } from "./apply_nodes.ts";
import type {
  ModelFailed,
  ModelOffered,
  ModelReady,
  ModelRegistered,
  ModelUnsuitable,
  ServabilityChanged,
} from "../messages/event.ts";
import type { MasterState, NodeModel } from "../state/state.ts";
import { TaskQueue } from "../state/task_queue.ts";

/** Events about models and their status on nodes. */
export type ModelEvent =
  | ModelRegistered
  | ModelOffered
  | ModelUnsuitable
  | ModelReady
  | ModelFailed
  | ServabilityChanged;

export function applyModelEvent(state: MasterState, event: ModelEvent): void {
  switch (event.type) {
    case "model_registered":
      return applyRegistered(state, event);
    case "model_offered":
      return place(state, event, { state: "offered" });
    case "model_unsuitable":
      return place(state, event, { state: "unsuitable", reason: event.reason });
    case "model_ready":
      noteMemory(state, event);
      return place(state, event, { state: "ready", imagesPerSecond: event.imagesPerSecond });
    case "model_failed": {
      const { reason, retryable } = event;
      return place(state, event, { state: "failed", reason, retryable });
    }
    case "servability_changed": {
      const model = state.models.get(event.manifestDigest);
      invariant(model !== undefined, `model ${event.manifestDigest} is not known`);
      model.servable = event.servable;
      model.servableSinceMs = event.atMs;
      return;
    }
  }
}

function noteMemory(state: MasterState, { manifestDigest, memoryBytes }: ModelReady): void {
  const model = state.models.get(manifestDigest);
  if (model !== undefined && memoryBytes !== null) {
    model.measuredBytes = Math.max(model.measuredBytes ?? 0, memoryBytes);
  }
}

function applyRegistered(
  state: MasterState,
  { manifest, document, atMs }: ModelRegistered,
): void {
  invariant(!state.models.has(manifest.digest), `${manifest.digest} is registered already`);
  state.models.set(manifest.digest, {
    name: modelName(document),
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
  change: Pick<NodeModel, "state"> & Partial<NodeModel>,
): void {
  connectionOf(nodeOf(state, event.nodeId)).models.set(event.manifestDigest, {
    sinceMs: event.atMs,
    imagesPerSecond: null,
    serviceMs: null,
    reason: null,
    retryable: false,
    ...change,
  });
}
