import type { Manifest } from "../../../../models/manifest.ts";
import { encodeManifest, modelName } from "../../../../models/manifest.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import type { TaskResult } from "../../../../protocol/messages/task.ts";
import { createTask } from "../../../../master/core/apply/create_task.ts";
import type { TaskState } from "../../../../master/core/state/state.ts";
import { TaskQueue } from "../../../../master/core/state/task_queue.ts";
import { validateResult } from "../../../../master/core/decide/validate_result.ts";
import { assertEquals, assertMatch } from "../../../assert.ts";
import { DETECTORS } from "../../../models/pipelines/detections.ts";
import { manifestOf } from "../../../models/pipelines/models.ts";
import { emptyManifest, idOf, predictionOf } from "../../core_world.ts";

function taskOf(document: Manifest): TaskState {
  const { digest, bytes } = encodeManifest(document);
  const model = {
    name: modelName(document),
    manifest: { digest, size: bytes.length },
    document,
    waiting: new TaskQueue<TaskState>(),
    servable: true,
    servableSinceMs: 0,
    taskCount: 0,
    usedAtMs: 0,
  };
  const options = { annotate: false, embeddings: false, gallery: null, crops: false };
  const spec = {
    taskId: idOf("task", 1),
    manifestDigest: digest,
    image: null,
    options,
    acceptedAtMs: 0,
    deadlineAtMs: 1,
  };
  return createTask(spec, model, { sequence: 1, dueAt: 0 });
}

function why(document: Manifest, found: Partial<Prediction>): string | null {
  const task = taskOf(document);
  const result: TaskResult = {
    type: "task.result",
    taskId: task.spec.taskId,
    attempt: 1,
    prediction: { ...predictionOf(task.model.name), ...found },
    annotated: null,
    serviceMs: 1,
  };
  return validateResult(task, result, new Map());
}

const DETECT = manifestOf("detect", DETECTORS[0].parameters);

Deno.test("validateResult() accepts only answers of the model's task", () => {
  assertEquals(why(DETECT, { objects: [] }), null);
  assertEquals(why(emptyManifest(), {}), null);
  assertMatch(why(DETECT, {}) ?? "", /without objects/);
  assertMatch(why(DETECT, { objects: [], embedding: [1] }) ?? "", /answered with embedding/);
  assertMatch(why(emptyManifest(), { labels: [] }) ?? "", /answered with labels/);
});

Deno.test("validateResult() rejects persons from a model that detects none", () => {
  const landmarks = Array.from({ length: 5 }, () => ({ x: 1, y: 1 }));
  const person = { box: { x: 0, y: 0, width: 1, height: 1 }, score: 1, landmarks, name: null, similarity: null };
  assertMatch(why(DETECT, { objects: [], persons: [person] }) ?? "", /found persons/);
});
