import { hashText } from "../../../protocol/kernel/random.ts";
import type { RolloutPart } from "../state/rollout.ts";
import type { ModelState, TaskSpec, TaskState } from "../state/state.ts";

/** Returns the state of a task that was just accepted. */
export function createTask(
  spec: TaskSpec,
  model: ModelState,
  options: { sequence: number; dueAt: number; part?: RolloutPart | null },
): TaskState {
  return {
    spec,
    model,
    part: options.part ? { ...options.part } : null,
    sequence: options.sequence,
    dueAt: options.dueAt,
    hash: hashText(spec.taskId),
    attemptsStarted: 0,
    failures: 0,
    attempts: [],
    failedOn: [],
    killedOn: [],
    waiting: false,
    previous: null,
    next: null,
  };
}
