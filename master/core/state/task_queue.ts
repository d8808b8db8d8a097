import { invariant } from "../../../protocol/kernel/invariant.ts";

/** The links that a task carries for the queue it waits in. Only the queue changes them. */
export interface QueuedTask<Task> {
  readonly spec: { readonly taskId: string };
  waiting: boolean;
  previous: Task | null;
  next: Task | null;
}

/** The waiting tasks, oldest first. A doubly linked list, so that every change is O(1). */
export class TaskQueue<Task extends QueuedTask<Task>> {
  #first: Task | null = null;
  #last: Task | null = null;
  #size = 0;

  get first(): Task | null {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  pushBack(task: Task): void {
    invariant(!task.waiting, `task ${task.spec.taskId} waits already`);
    task.waiting = true;
    task.previous = this.#last;
    task.next = null;
    if (this.#last === null) this.#first = task;
    else this.#last.next = task;
    this.#last = task;
    this.#size++;
  }

  /** Adds a task that has waited before, ahead of those that have not. */
  pushFront(task: Task): void {
    invariant(!task.waiting, `task ${task.spec.taskId} waits already`);
    task.waiting = true;
    task.previous = null;
    task.next = this.#first;
    if (this.#first === null) this.#last = task;
    else this.#first.previous = task;
    this.#first = task;
    this.#size++;
  }

  remove(task: Task): void {
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
