/** Owners that are remembered; beyond, those with nothing left to wait for are forgotten. */
const OWNERS_MAX = 1_024;

/**
 * Fair shares of the nodes between the owners of tasks, by start-time fair queueing (P. Goyal,
 * H. Vin, H. Cheng, "Start-time Fair Queueing", SIGCOMM 1996) with one picture as the unit. Each
 * task is due at a virtual time: the present one, or one unit after the owner's previous task if
 * that is later. Tasks are served in this order, and the virtual time is that of the last task that
 * was. So owners with many tasks take turns, and a task of an owner who has none waits for one of
 * each other owner at most.
 */
export class Shares {
  #now = 0;
  /** Virtual time from which the next task of each owner is due. */
  readonly #nextOf = new Map<string, number>();

  /** Number of remembered owners. */
  get size(): number {
    return this.#nextOf.size;
  }

  /** Counts a new task of `owner` and returns the virtual time at which it is due. */
  admit(owner: string): number {
    const dueAt = Math.max(this.#now, this.#nextOf.get(owner) ?? 0);
    if (this.#nextOf.size >= OWNERS_MAX && !this.#nextOf.has(owner)) this.#forget();
    this.#nextOf.set(owner, dueAt + 1);
    return dueAt;
  }

  /** Moves the virtual time on to a task that has got its turn. */
  serve({ dueAt }: { readonly dueAt: number }): void {
    this.#now = Math.max(this.#now, dueAt);
  }

  /** Forgets the owners whose next task would be due within one unit: their last one was served. */
  #forget(): void {
    for (const [owner, next] of this.#nextOf) if (next <= this.#now + 1) this.#nextOf.delete(owner);
  }
}
