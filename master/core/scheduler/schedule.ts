import type { AttemptStarted } from "../messages/event.ts";
import type { MasterState, TaskState } from "../state/state.ts";
import { isBefore } from "../state/task_queue.ts";
import { obstacleOf } from "./feasible.ts";
import { type Choice, exclusionOf, selectNode } from "./select.ts";

/**
 * Assigns waiting tasks to nodes, by fair shares and then oldest first, until no node can take more. Yields one decision at
 * a time and reads the state as it is then: apply each event before taking the next.
 */
export function* schedule(state: MasterState, nowMs: number): Generator<AttemptStarted> {
  if (state.waitingCount === 0) return;
  const heads: TaskState[] = [];
  for (const { waiting } of state.models.values()) {
    if (waiting.first !== null) heads.push(waiting.first);
  }
  while (heads.length > 0) {
    const index = firstOf(heads);
    const task = heads[index];
    const { next } = task;
    const excludes = exclusionOf(state, task);
    const choice = selectNode(state, task, { excludes });
    if (choice !== null) yield startOf(task, choice, nowMs);
    // If one task found no node, neither will the next of its model, unless this one excluded nodes
    // or needs a gallery that few nodes have.
    const goOn = choice !== null || excludes !== undefined || needsRareGallery(state, task);
    if (goOn && next !== null) heads[index] = next;
    else heads.splice(index, 1);
  }
}

/**
 * Yields second attempts for stragglers: a task whose only attempt takes far longer than expected
 * also goes to another node that has a free worker, if no task waits. The attempt that ends first
 * wins.
 */
export function* hedge(state: MasterState, nowMs: number): Generator<AttemptStarted> {
  if (state.waitingCount > 0) return;
  for (const task of state.tasks.values()) {
    if (task.attempts.length !== 1 || task.failures + 1 >= state.settings.attemptsMax) continue;
    if (!isLate(state, task, nowMs)) continue;
    const choice = selectNode(state, task, {
      excludes: ({ record }, { attempts }) =>
        attempts.size >= record.capabilities.workers || attempts.has(task.spec.taskId) ||
        task.failedOn.includes(record.nodeId),
    });
    if (choice !== null) yield startOf(task, choice, nowMs);
  }
}

/** Returns true if only the gallery that the task asks for keeps it from a node. */
function needsRareGallery(state: MasterState, { spec }: TaskState): boolean {
  if (spec.options.gallery === null) return false;
  const { manifestDigest } = spec;
  for (const node of state.nodes.values()) {
    if (obstacleOf(node, manifestDigest, state.settings) === null) return true;
  }
  return false;
}

function isLate({ settings }: MasterState, task: TaskState, nowMs: number): boolean {
  const [{ startedAtMs, expectedMs }] = task.attempts;
  const runMs = nowMs - startedAtMs;
  return runMs >= settings.hedgeAfterMs && runMs > settings.hedgeFactor * expectedMs;
}

function startOf(
  task: TaskState,
  { node, serviceMs, expectedMs }: Choice,
  nowMs: number,
): AttemptStarted {
  return {
    type: "attempt_started",
    spec: task.spec,
    attempt: task.attemptsStarted + 1,
    nodeId: node.record.nodeId,
    serviceMs,
    expectedMs,
    atMs: nowMs,
  };
}

/** Returns the index of the task that is served first. */
function firstOf(heads: readonly TaskState[]): number {
  let index = 0;
  for (let other = 1; other < heads.length; other++) {
    if (isBefore(heads[other], heads[index])) index = other;
  }
  return index;
}
