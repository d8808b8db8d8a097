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

function taskOf(number: number, of: ModelState): TaskState {
  const spec = {
    taskId: idOf("task", number),
    manifestDigest: of.manifest.digest,
    image: null,
    options: { annotate: false, embeddings: false, gallery: null, crops: false },
    acceptedAtMs: 0,
    deadlineAtMs: 0,
  };
  return createTask(spec, of, { sequence: number });
}

function listed(queue: TaskQueue<TaskState>): number[] {
  const numbers = [];
  for (let task = queue.first; task !== null; task = task.next) numbers.push(task.sequence);
  return numbers;
}

Deno.test("TaskQueue() behaves like an array, wherever tasks are removed", () => {
  const step = fc.oneof(
    fc.constant("back" as const),
    fc.constant("front" as const),
    fc.nat({ max: 20 }),
  );
  const of = model();
  fc.assert(fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
    const queue = new TaskQueue<TaskState>();
    const model: TaskState[] = [];
    let number = 0;
    for (const what of steps) {
      if (what === "back") {
        const task = taskOf(number++, of);
        queue.pushBack(task);
        model.push(task);
      } else if (what === "front") {
        const task = taskOf(number++, of);
        queue.pushFront(task);
        model.unshift(task);
      } else if (model.length > 0) {
        const [task] = model.splice(what % model.length, 1);
        queue.remove(task);
        assertEquals([task.waiting, task.next, task.previous], [false, null, null]);
      }
      assertEquals(queue.size, model.length);
      assertEquals(listed(queue), model.map(({ sequence }) => sequence));
    }
  }));
});

Deno.test("TaskQueue() throws when a task is added twice, or one is removed that it does not contain", () => {
  const queue = new TaskQueue<TaskState>();
  const task = taskOf(1, model());
  assertThrows(() => queue.remove(task), InvariantError);
  queue.pushBack(task);
  assertThrows(() => queue.pushBack(task), InvariantError);
  assertThrows(() => queue.pushFront(task), InvariantError);
});
