import type { TaskResult } from "../../../protocol/messages/task.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { ErrorCode } from "../../../protocol/kernel/errors.ts";
import { hashText } from "../../../protocol/kernel/random.ts";
import { tieBreaker } from "../scheduler/select.ts";
import type { SubmitTask } from "../messages/command.ts";
import { lookRefusalOf } from "./face_look.ts";
import { comparePredictions, faultOf } from "./compare_predictions.ts";
import type { MasterEvent, TaskAccepted } from "../messages/event.ts";
import type { Rollout, RolloutPart } from "../state/rollout.ts";
import type { TaskMoved } from "../messages/rollout_event.ts";
import type { MasterState, Moment, TaskState } from "../state/state.ts";

/** Failures that tell nothing about the version. */
const FAULTLESS: readonly ErrorCode[] = ["queue_full", "model_unknown", "blob_not_found", "shutting_down"];

/**
 * Salt for the hash of a task, so that the choice of canaries is independent of the nodes that a
 * task prefers.
 */
const CANARY_SALT = 0x63616e61;

/**
 * Returns the version that a new task runs on: the one that was requested; otherwise the latest or,
 * for a share of the tasks, the one that is rolled out, if it can look for faces as they ask.
 */
export function versionFor(
  state: MasterState,
  { taskId, manifestDigest, follows, options }: Pick<SubmitTask, "taskId" | "manifestDigest" | "follows" | "options">,
): { readonly manifestDigest: Digest; readonly part?: RolloutPart } {
  const lineage = follows === undefined ? undefined : state.lineages.get(follows);
  if (lineage === undefined) return { manifestDigest };
  const { rollout, latest, name } = lineage;
  if (rollout?.stage !== "canary" || !isCanary(taskId, rollout.spec.settings.canary)) return { manifestDigest: latest };
  const model = state.models.get(rollout.spec.to);
  if (model?.servable !== true || lookRefusalOf(model, options) !== null) return { manifestDigest: latest };
  const { rolloutId, to: candidate } = rollout.spec;
  return {
    manifestDigest: candidate,
    part: { kind: "canary", name, rolloutId, from: latest, onTrial: true, failure: null },
  };
}

/**
 * Returns true if this task is one of the `share` that get the new version; the result is always
 * the same for the same task.
 */
export function isCanary(taskId: string, share: number): boolean {
  return tieBreaker(hashText(taskId), CANARY_SALT) / 2 ** 32 < share;
}

/** Returns true if the task is a user's picture that the new version is working on. */
export function isOnTrial({ part }: TaskState): boolean {
  return part?.kind === "canary" && part.onTrial;
}

/** Returns the move of the picture to the old version; its attempts must have ended. */
export function movedBack(
  { spec: { taskId } }: TaskState,
  failure: { code: ErrorCode; reason: string } | null,
): TaskMoved {
  const isItsFault = failure !== null && !FAULTLESS.includes(failure.code);
  return { type: "task_moved", taskId, failure: isItsFault ? `${failure.code}: ${failure.reason}` : null };
}

/** Returns the events that a result brings about in the rollout that its task is part of. */
export function observe(state: MasterState, task: TaskState, result: TaskResult, now: Moment): MasterEvent[] {
  const { part } = task;
  if (part === null) return [];
  const rollout = state.lineages.get(part.name)?.rollout;
  if (rollout?.spec.rolloutId !== part.rolloutId) return [];
  const { name } = part;
  switch (part.kind) {
    case "canary": {
      const { onTrial, failure } = part;
      // A picture that was moved for another reason says nothing about the version.
      if (!onTrial && failure === null) return [];
      const observed: MasterEvent = { type: "canary_observed", name, failure };
      return onTrial ? [observed, ...shadowOf(state, { task, rollout, result }, now)] : [observed];
    }
    case "shadow": {
      const { drift, what } = comparePredictions(result.prediction, part.answered);
      return [{ type: "prediction_compared", name, drift, isDrifted: drift > state.settings.driftMax, what }];
    }
    case "test": {
      const { expect } = rollout.spec.settings.tests[part.index];
      return [{ type: "test_finished", name, fault: faultOf(expect, result.prediction) }];
    }
  }
}

/**
 * Returns a task for the same picture on the old version, if comparisons are wanted and there is
 * room for it.
 */
function shadowOf(
  state: MasterState,
  { task, rollout, result }: { task: TaskState; rollout: Rollout; result: TaskResult },
  now: Moment,
): TaskAccepted[] {
  const { spec: { settings, rolloutId, name, from }, compared } = rollout;
  const { settings: { shadowsMax, tasksQueuedMax, taskDeadlineMs } } = state;
  if (!settings.compare || compared >= settings.canaryTasks) return [];
  if (state.stopping || state.tasks.size * 2 > tasksQueuedMax) return [];
  let shadows = 0;
  for (const { part } of state.tasks.values()) if (part?.kind === "shadow") shadows++;
  if (shadows >= shadowsMax) return [];
  const { image, options, taskId } = task.spec;
  const spec = {
    taskId: `shadow_${taskId.slice(-20)}`,
    manifestDigest: from,
    image,
    options: { ...options, annotate: false },
    acceptedAtMs: now.nowMs,
    deadlineAtMs: now.nowMs + taskDeadlineMs,
  };
  if (state.tasks.has(spec.taskId)) return [];
  return [{ type: "task_accepted", spec, part: { kind: "shadow", name, rolloutId, answered: result.prediction } }];
}
