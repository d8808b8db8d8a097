import { invariant } from "../../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { connectionOf, nodeOf } from "./apply_nodes.ts";
import type { LatestMoved, RolloutEvent, TaskMoved, VersionPinned, VersionRemoved } from "../messages/rollout_event.ts";
import { addSample, createRollout, type Rollout } from "../state/rollout.ts";
import type { Lineage, MasterState } from "../state/state.ts";

/** Applies an event about versions and rollouts. */
export function applyRolloutEvent(state: MasterState, event: RolloutEvent): void {
  switch (event.type) {
    case "latest_moved":
      return applyMoved(state, event);
    case "version_pinned":
      return applyPinned(state, event);
    case "version_removed":
      return applyRemoved(state, event);
    case "rollout_begun": {
      const lineage = lineageOf(state, event.spec.name);
      invariant(lineage.rollout === null, `${event.spec.name} is rolled out already`);
      lineage.rollout = createRollout(event.spec, event);
      state.offersStale = true;
      return;
    }
    case "rollout_ended": {
      const lineage = lineageOf(state, event.name);
      lineage.rollout = null;
      lineage.history = [event.record, ...lineage.history].slice(0, LIMITS.rolloutHistoryMax);
      state.offersStale = true;
      return;
    }
    case "task_moved":
      return applyTaskMoved(state, event);
    case "model_retired":
      connectionOf(nodeOf(state, event.nodeId)).models.delete(event.manifestDigest);
      return;
    case "offers_reconciled":
      state.offersStale = false;
      return;
    default:
      return applyProgress(rolloutOf(state, event.name), event);
  }
}

type Progress = Extract<
  RolloutEvent,
  { type: "rollout_advanced" | "tests_begun" | "test_finished" | "canary_observed" | "prediction_compared" }
>;

function applyProgress(rollout: Rollout, event: Progress): void {
  switch (event.type) {
    case "rollout_advanced":
      rollout.stage = event.stage;
      return;
    case "tests_begun":
      rollout.testsBegun = true;
      return;
    case "test_finished":
      if (event.fault === null) rollout.testsPassed++;
      else rollout.testFault = event.fault;
      return;
    case "canary_observed":
      if (event.failure === null) rollout.answered++;
      else {
        rollout.failed++;
        rollout.lastFailure = event.failure;
      }
      return;
    case "prediction_compared":
      rollout.compared++;
      if (event.isDrifted) {
        rollout.drifted++;
        rollout.lastDrift = event.what;
      }
      rollout.worstDrift = Math.max(rollout.worstDrift, event.drift);
      return;
  }
}

function applyMoved(state: MasterState, { name, to, previous }: LatestMoved): void {
  invariant(state.models.get(to)?.document.name === name, `${to} is no version of ${name}`);
  const lineage = state.lineages.get(name);
  if (lineage === undefined) {
    const fresh: Lineage = { name, latest: to, previous, pinned: new Set(), rollout: null, history: [] };
    state.lineages.set(name, fresh);
  } else {
    lineage.latest = to;
    lineage.previous = previous;
  }
  state.offersStale = true;
}

function applyPinned(state: MasterState, { manifestDigest, pinned }: VersionPinned): void {
  const model = state.models.get(manifestDigest);
  invariant(model !== undefined, `model ${manifestDigest} is not known`);
  const lineage = lineageOf(state, model.document.name);
  if (pinned) lineage.pinned.add(manifestDigest);
  else lineage.pinned.delete(manifestDigest);
  state.offersStale = true;
}

function applyRemoved(state: MasterState, { manifestDigest }: VersionRemoved): void {
  const model = state.models.get(manifestDigest);
  invariant(model?.taskCount === 0, `model ${manifestDigest} is removed while it is asked`);
  const lineage = lineageOf(state, model.document.name);
  state.models.delete(manifestDigest);
  lineage.pinned.delete(manifestDigest);
  if (lineage.previous === manifestDigest) lineage.previous = null;
  if (lineage.latest === manifestDigest) state.lineages.delete(lineage.name);
}

function applyTaskMoved(state: MasterState, { taskId, failure }: TaskMoved): void {
  const task = state.tasks.get(taskId);
  invariant(
    task?.part?.kind === "canary" && task.part.onTrial && task.attempts.length === 0,
    `task ${taskId} cannot move`,
  );
  const to = state.models.get(task.part.from);
  invariant(to !== undefined, `model ${task.part.from} is not known`);
  if (task.waiting) {
    task.model.waiting.remove(task);
    state.waitingCount--;
  }
  task.model.taskCount--;
  task.spec = { ...task.spec, manifestDigest: to.manifest.digest };
  task.model = to;
  to.taskCount++;
  task.part.onTrial = false;
  task.part.failure = failure;
  // Failures on the new version count neither against the picture nor against a node.
  task.failures = 0;
  task.failedOn.length = 0;
  task.killedOn.length = 0;
  to.waiting.add(task);
  state.waitingCount++;
}

/** Adds the service time of a won attempt to the samples of its version during a canary. */
export function noteServiceTime(state: MasterState, won: { manifestDigest: string; serviceMs: number | null }): void {
  if (won.serviceMs === null) return;
  for (const { rollout } of state.lineages.values()) {
    if (rollout?.stage !== "canary") continue;
    if (rollout.spec.from === won.manifestDigest) addSample(rollout.fromMs, won.serviceMs);
    if (rollout.spec.to === won.manifestDigest) addSample(rollout.toMs, won.serviceMs);
  }
}

function lineageOf(state: MasterState, name: string): Lineage {
  const lineage = state.lineages.get(name);
  invariant(lineage !== undefined, `there is no model ${name}`);
  return lineage;
}

function rolloutOf(state: MasterState, name: string): Rollout {
  const { rollout } = lineageOf(state, name);
  invariant(rollout !== null, `${name} is not rolled out`);
  return rollout;
}
