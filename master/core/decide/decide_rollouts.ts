import { isOnTrial, movedBack } from "./canary.ts";
import type { Tick } from "../messages/command.ts";
import { answerWith, cancelled } from "./end_task.ts";
import type { MasterEvent, TaskAccepted } from "../messages/event.ts";
import { recordOf } from "./rollout_record.ts";
import { readinessOf } from "./rollout_readiness.ts";
import type { Rollout, RolloutSpec } from "../state/rollout.ts";
import { lateVerdict, type Verdict, verdictOf } from "./rollout_verdict.ts";
import type { MasterState, Moment, TaskState } from "../state/state.ts";

/**
 * Multiple of the expected time that the new version has for a canary picture, if that is longer
 * than `canaryPatienceMs`.
 */
const PATIENCE_FACTOR = 5;

/** Advances the running rollouts. A promotion that is not allowed now is decided again later. */
export function advanceRollouts(
  state: MasterState,
  { promotesNothing = false }: Pick<Tick, "promotesNothing">,
  now: Moment,
): MasterEvent[] {
  const events: MasterEvent[] = [];
  for (const { rollout } of state.lineages.values()) {
    if (rollout === null) continue;
    const step = advance(state, rollout, now);
    const advanced = promotesNothing && step.some(({ type }) => type === "latest_moved") ? [] : step;
    const isOver = advanced.some(({ type }) => type === "rollout_ended");
    events.push(...advanced, ...(isOver ? [] : movedByPatience(state, rollout, now)));
  }
  return events;
}

function advance(state: MasterState, rollout: Rollout, now: Moment): MasterEvent[] {
  const { spec, stage } = rollout;
  const nodes = readinessOf(state, spec);
  const end = (verdict: Verdict) => endRollout(state, rollout, verdict, now);
  const enough = nodes.ready >= nodes.wanted;
  if (!enough && nodes.fault !== null && nodes.ready + nodes.coming < nodes.wanted) {
    const reason = `It can be ready on ${nodes.ready} of ${nodes.wanted} nodes only: ${nodes.fault}`;
    return end({ outcome: "rolled_back", reason });
  }
  if (now.nowMs - rollout.startedAtMs >= spec.settings.deadlineMs) {
    const verdict = stage === "canary" ? verdictOf(rollout, state.settings) : null;
    return end(enough && verdict !== null ? verdict : lateVerdict(rollout, nodes));
  }
  switch (stage) {
    case "fetching":
      return enough ? [{ type: "rollout_advanced", name: spec.name, stage: "testing" }] : [];
    case "testing":
      return test(state, rollout, { now, end });
    case "canary": {
      const verdict = verdictOf(rollout, state.settings);
      return verdict === null || (verdict.outcome === "promoted" && !enough) ? [] : end(verdict);
    }
  }
}

/**
 * Tests the new version with its own test pictures, if it has any; then starts the canary, or
 * promotes the version if no canary was requested.
 */
function test(
  state: MasterState,
  { spec, testsBegun, testsPassed, testFault }: Rollout,
  { now, end }: { now: Moment; end: (verdict: Verdict) => MasterEvent[] },
): MasterEvent[] {
  const { name, settings: { tests, canary } } = spec;
  if (!testsBegun && tests.length > 0) {
    return [{ type: "tests_begun", name }, ...tests.map((_, index) => testTask(state, { spec, index }, now))];
  }
  if (testFault !== null) {
    return end({ outcome: "rolled_back", reason: `One of its own test pictures failed: ${testFault}` });
  }
  if (testsPassed < tests.length) {
    if (tasksOf(state, spec).some(({ part }) => part?.kind === "test")) return [];
    const reason = `${testsPassed} of its ${tests.length} own test pictures were answered.`;
    return end({ outcome: "rolled_back", reason });
  }
  if (canary > 0) return [{ type: "rollout_advanced", name, stage: "canary" }];
  const passed = tests.length === 0 ? "it has no test pictures of its own" : `${testsPassed} test pictures were right`;
  return end({ outcome: "promoted", reason: `No canary was requested, and ${passed}.` });
}

function testTask(
  state: MasterState,
  { spec, index }: { spec: RolloutSpec; index: number },
  now: Moment,
): TaskAccepted {
  const { rolloutId, name, to: manifestDigest, settings: { tests } } = spec;
  const number = String(index).padStart(4, "0");
  return {
    type: "task_accepted",
    spec: {
      taskId: `test_${rolloutId.slice(-16)}${number}`,
      manifestDigest,
      image: tests[index].image,
      options: { annotate: false, embeddings: false, gallery: null, crops: false },
      acceptedAtMs: now.nowMs,
      deadlineAtMs: now.nowMs + state.settings.taskDeadlineMs,
    },
    part: { kind: "test", name, rolloutId, index },
  };
}

/**
 * Moves canary pictures back to the old version if the new version keeps them for too long or no
 * node has it any longer.
 */
function movedByPatience(state: MasterState, { spec, stage }: Rollout, { nowMs }: Moment): MasterEvent[] {
  if (stage !== "canary") return [];
  return tasksOf(state, spec).filter(isOnTrial).flatMap((task) => {
    if (task.waiting) return task.model.servable ? [] : [movedBack(task, null)];
    const [{ startedAtMs, expectedMs }] = task.attempts;
    const patienceMs = Math.max(state.settings.canaryPatienceMs, PATIENCE_FACTOR * expectedMs);
    if (nowMs - startedAtMs < patienceMs) return [];
    const reason = `It had no answer after ${Math.round((nowMs - startedAtMs) / 1_000)} s.`;
    return [...cancelled(task, null), movedBack(task, { code: "deadline_exceeded", reason })];
  });
}

/**
 * Ends a rollout: moves or keeps the latest version, and cancels or moves the tasks that depend on
 * it.
 */
export function endRollout(
  state: MasterState,
  rollout: Rollout,
  { outcome, reason }: Verdict,
  { wallMs }: Moment,
): MasterEvent[] {
  const { spec: { name, from, to } } = rollout;
  const events: MasterEvent[] = tasksOf(state, rollout.spec).flatMap((task): MasterEvent[] => {
    if (task.part?.kind !== "canary") return answerWith(task, "cancelled", "The rollout is over.");
    return outcome === "rolled_back" && isOnTrial(task) ? [...cancelled(task, null), movedBack(task, null)] : [];
  });
  if (outcome === "promoted") events.push({ type: "latest_moved", name, to, previous: from });
  const record = recordOf(state, rollout, { stage: outcome, reason, endedMs: wallMs });
  return [...events, { type: "rollout_ended", name, record }];
}

function tasksOf(state: MasterState, { rolloutId }: RolloutSpec): TaskState[] {
  return [...state.tasks.values()].filter(({ part }) => part?.rolloutId === rolloutId);
}
