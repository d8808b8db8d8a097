import { invariant } from "../../../protocol/kernel/invariant.ts";
import { nextServiceMs } from "../scheduler/rank.ts";
import { connectionOf, nodeOf } from "./apply_nodes.ts";
import { noteServiceTime } from "./apply_rollouts.ts";
import type { AttemptEnded, AttemptStarted, TaskAccepted, TaskAnswered, TaskRequeued } from "../messages/event.ts";
import { createTask } from "./create_task.ts";
import type { MasterState, TaskState } from "../state/state.ts";

/** Events about tasks and their attempts. */
export type TaskEvent =
  | TaskAccepted
  | AttemptStarted
  | AttemptEnded
  | TaskRequeued
  | TaskAnswered;

export function applyTaskEvent(state: MasterState, event: TaskEvent): void {
  switch (event.type) {
    case "task_accepted":
      return applyAccepted(state, event);
    case "attempt_started":
      return applyStarted(state, event);
    case "attempt_ended":
      return applyEnded(state, event);
    case "task_requeued": {
      const task = taskOf(state, event.taskId);
      invariant(task.attempts.length === 0, `task ${event.taskId} waits while it runs`);
      task.model.waiting.add(task);
      state.waitingCount++;
      return;
    }
    case "task_answered":
      return applyAnswered(state, event);
  }
}

function applyAccepted(state: MasterState, { spec, part }: TaskAccepted): void {
  invariant(!state.tasks.has(spec.taskId), `task ${spec.taskId} was accepted already`);
  const model = state.models.get(spec.manifestDigest);
  invariant(model !== undefined, `model ${spec.manifestDigest} is not known`);
  const task = createTask(spec, model, {
    sequence: state.nextSequence++,
    dueAt: state.shares.admit(spec.owner ?? ""),
    part,
  });
  state.tasks.set(spec.taskId, task);
  model.taskCount++;
  model.usedAtMs = spec.acceptedAtMs;
  state.offersStale ||= !model.servable;
  model.waiting.add(task);
  state.waitingCount++;
}

function applyStarted(state: MasterState, event: AttemptStarted): void {
  const task = taskOf(state, event.spec.taskId);
  const connection = connectionOf(nodeOf(state, event.nodeId));
  invariant(!connection.attempts.has(event.spec.taskId), "a task runs twice on one node");
  if (task.waiting) {
    task.model.waiting.remove(task);
    state.waitingCount--;
    state.shares.serve(task);
  }
  task.attemptsStarted = event.attempt;
  const { attempt, nodeId, serviceMs, expectedMs, atMs: startedAtMs } = event;
  const live = { task, attempt, nodeId, serviceMs, expectedMs, startedAtMs };
  task.attempts.push(live);
  connection.attempts.set(event.spec.taskId, live);
  connection.backlogMs += serviceMs;
}

function applyEnded(state: MasterState, event: AttemptEnded): void {
  const task = taskOf(state, event.taskId);
  const index = task.attempts.findIndex(({ attempt }) => attempt === event.attempt);
  invariant(index >= 0, `attempt ${event.attempt} of task ${event.taskId} is not live`);
  const [ended] = task.attempts.splice(index, 1);
  const node = nodeOf(state, ended.nodeId);
  const connection = connectionOf(node);
  connection.attempts.delete(event.taskId);
  // Rounding errors of floating-point sums accumulate; an idle node has no backlog at all.
  connection.backlogMs = connection.attempts.size === 0 ? 0 : connection.backlogMs - ended.serviceMs;
  if (event.how === "won") {
    node.completed++;
    const model = connection.models.get(event.manifestDigest);
    if (model !== undefined && event.serviceMs !== null) {
      model.serviceMs = nextServiceMs(model, event.serviceMs);
    }
    noteServiceTime(state, event);
  } else if (event.how === "failed") {
    task.failures++;
    addOnce(task.failedOn, event.nodeId);
  } else if (event.how === "lost") {
    task.failures++;
  }
  if (event.code === "worker_died") addOnce(task.killedOn, event.nodeId);
}

/** Removes an answered task. A refused one was never accepted and is not there. */
function applyAnswered(state: MasterState, { taskId }: TaskAnswered): void {
  const task = state.tasks.get(taskId);
  if (task === undefined) return;
  invariant(task.attempts.length === 0, `task ${taskId} is answered while it runs`);
  if (task.waiting) {
    task.model.waiting.remove(task);
    state.waitingCount--;
  }
  task.model.taskCount--;
  state.tasks.delete(taskId);
}

function taskOf(state: MasterState, taskId: string): TaskState {
  const task = state.tasks.get(taskId);
  invariant(task !== undefined, `task ${taskId} is not known`);
  return task;
}

function addOnce(list: string[], item: string): void {
  if (!list.includes(item)) list.push(item);
}
