import { invariant } from "../../../protocol/kernel/invariant.ts";
import type { TaskState } from "./state.ts";

/** Tasks that wait, oldest first: a doubly linked list, so that every change is O(1) wherever the task stands. */
export class TaskQueue {
  #first: TaskState | null = null;
  #last: TaskState | null = null;
  #size = 0;

  get first(): TaskState | null {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  pushBack(task: TaskState): void {
    invariant(!task.waiting, `task ${task.spec.taskId} waits already`);
    task.waiting = true;
    task.previous = this.#last;
    task.next = null;
    if (this.#last === null) this.#first = task;
    else this.#last.next = task;
    this.#last = task;
    this.#size++;
  }

  /** For a task that has waited before: it comes before those that have not. */
  pushFront(task: TaskState): void {
    invariant(!task.waiting, `task ${task.spec.taskId} waits already`);
    task.waiting = true;
    task.previous = null;
    task.next = this.#first;
    if (this.#first === null) this.#last = task;
    else this.#first.previous = task;
    this.#first = task;
    this.#size++;
  }

  remove(task: TaskState): void {
    invariant(task.waiting, `task ${task.spec.taskId} does not wait`);
    if (task.previous === null) this.#first = task.next;
    else task.previous.next = task.next;
    if (task.next === null) this.#last = task.previous;
    else task.next.previous = task.previous;
    task.previous = null;
    task.next = null;
    task.waiting = false;
    this.#size--;
  }
}
