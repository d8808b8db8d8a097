import { invariant } from "../../../protocol/kernel/invariant.ts";

/** Place of a task among those that wait, which it keeps when it is queued again. */
export interface QueuePlace {
  /** Virtual time at which its owner is due; see {@linkcode Shares}. */
  readonly dueAt: number;
  /** Order of acceptance, among tasks that are due at the same time. */
  readonly sequence: number;
}

/** The links that a task carries for the queue it waits in. Only the queue changes them. */
export interface QueuedTask<Task> extends QueuePlace {
  readonly spec: { readonly taskId: string };
  waiting: boolean;
  previous: Task | null;
  next: Task | null;
}

/** Returns true if `one` is served before `other`. */
export function isBefore(one: QueuePlace, other: QueuePlace): boolean {
  return one.dueAt === other.dueAt ? one.sequence < other.sequence : one.dueAt < other.dueAt;
}

/**
 * The waiting tasks in the order in which they are served. A doubly linked list: a task that comes
 * last, as all do while there is one owner, is added in O(1), and any task is removed in O(1).
 */
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

  add(task: Task): void {
    invariant(!task.waiting, `task ${task.spec.taskId} waits already`);
    let previous = this.#last;
    while (previous !== null && isBefore(task, previous)) previous = previous.previous;
    const next = previous === null ? this.#first : previous.next;
    task.waiting = true;
    task.previous = previous;
    task.next = next;
    if (previous === null) this.#first = task;
    else previous.next = task;
    if (next === null) this.#last = task;
    else next.previous = task;
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
