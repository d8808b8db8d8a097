import fc from "fast-check";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { InvariantError } from "../../../../protocol/kernel/invariant.ts";
import { createTask } from "../../../../master/core/apply/create_task.ts";
import type { ModelState, TaskState } from "../../../../master/core/state/state.ts";
import { TaskQueue } from "../../../../master/core/state/task_queue.ts";
import { CoreWorld, idOf } from "../../core_world.ts";

function model(): ModelState {
  const [first] = new CoreWorld().state.models.values();
  return first;
}

function taskOf(number: number, { of, dueAt = 0 }: { of: ModelState; dueAt?: number }): TaskState {
  const spec = {
    taskId: idOf("task", number),
    manifestDigest: of.manifest.digest,
    image: null,
    options: { annotate: false, embeddings: false, gallery: null, crops: false },
    acceptedAtMs: 0,
    deadlineAtMs: 0,
  };
  return createTask(spec, of, { sequence: number, dueAt });
}

function listed(queue: TaskQueue<TaskState>): number[] {
  const numbers = [];
  for (let task = queue.first; task !== null; task = task.next) numbers.push(task.sequence);
  return numbers;
}

Deno.test("TaskQueue() behaves like a sorted array, wherever tasks are added and removed", () => {
  const step = fc.oneof(
    fc.record({ dueAt: fc.nat({ max: 5 }) }),
    fc.record({ remove: fc.nat({ max: 20 }), returns: fc.boolean() }),
  );
  const of = model();
  fc.assert(fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
    const queue = new TaskQueue<TaskState>();
    const sorted: TaskState[] = [];
    const add = (task: TaskState) => {
      queue.add(task);
      sorted.push(task);
      sorted.sort((one, other) => one.dueAt - other.dueAt || one.sequence - other.sequence);
    };
    let number = 0;
    for (const what of steps) {
      if ("dueAt" in what) add(taskOf(number++, { of, dueAt: what.dueAt }));
      else if (sorted.length > 0) {
        const [task] = sorted.splice(what.remove % sorted.length, 1);
        queue.remove(task);
        assertEquals([task.waiting, task.next, task.previous], [false, null, null]);
        if (what.returns) add(task);
      }
      assertEquals(queue.size, sorted.length);
      assertEquals(listed(queue), sorted.map(({ sequence }) => sequence));
    }
  }));
});

Deno.test("TaskQueue() throws when a task is added twice, or one is removed that it does not contain", () => {
  const queue = new TaskQueue<TaskState>();
  const task = taskOf(1, { of: model() });
  assertThrows(() => queue.remove(task), InvariantError);
  queue.add(task);
  assertThrows(() => queue.add(task), InvariantError);
});
