import { NEXT_PICTURE_WAIT_MS } from "../protocol/http/next_picture.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import type { Digest } from "../protocol/kernel/digest.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import type { TaskAssign } from "../protocol/messages/task.ts";

/** Questions of one node that wait at once; one more is told that there is nothing yet. */
const WAITING_MAX = 16;
/** A larger picture is fetched when it is assigned: it takes longer than the question would save. */
const BYTES_MAX = 1024 * 1024;

type Answer = (digest: Digest | null) => void;

/** One connection of a node, and its questions, oldest first. */
interface Asker {
  readonly key: string;
  readonly waiting: Set<Answer>;
}

/**
 * Nodes that wait for their next picture: it is handed to them with the assignment, where they would otherwise ask for it
 * behind that. Whoever does not wait, or is handed a picture that never arrives, fetches it by its digest as any other blob.
 */
export class NextPictures {
  readonly #clock: Clock;
  readonly #byConnection = new Map<number, Asker>();
  readonly #byKey = new Map<string, Asker>();
  #isClosed = false;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** A node is on this connection: the key with which it may ask, known to it alone. */
  open(connectionId: number): string {
    const asker: Asker = { key: crypto.randomUUID(), waiting: new Set() };
    this.#byConnection.set(connectionId, asker);
    this.#byKey.set(asker.key, asker);
    return asker.key;
  }

  /** The connection is over; there will be nothing for whoever asks on its behalf. */
  forget(connectionId: number): void {
    const asker = this.#byConnection.get(connectionId);
    if (asker === undefined) return;
    this.#byConnection.delete(connectionId);
    this.#byKey.delete(asker.key);
    for (const answer of [...asker.waiting]) answer(null);
  }

  /** Nobody waits any more, now or later. */
  close(): void {
    this.#isClosed = true;
    for (const connectionId of [...this.#byConnection.keys()]) this.forget(connectionId);
  }

  /** What the owner of `key` is assigned next; null when that takes too long or `signal` aborts. Throws `not_found`. */
  next(key: string, signal: AbortSignal): Promise<Digest | null> {
    const asker = this.#byKey.get(key);
    if (this.#isClosed || signal.aborted) return Promise.resolve(null);
    if (asker === undefined) {
      return Promise.reject(new DmlError("not_found", "No node is connected that has this key."));
    }
    if (asker.waiting.size >= WAITING_MAX) return Promise.resolve(null);
    return new Promise((resolve) => {
      const answer = (digest: Digest | null) => {
        cancel();
        signal.removeEventListener("abort", giveUp);
        asker.waiting.delete(answer);
        resolve(digest);
      };
      const giveUp = () => answer(null);
      const cancel = this.#clock.after(NEXT_PICTURE_WAIT_MS, giveUp);
      signal.addEventListener("abort", giveUp);
      asker.waiting.add(answer);
    });
  }

  /** The assignment as it is to be sent to the node: it says so when its picture goes to a question that waits. */
  hand(connectionId: number, assign: TaskAssign): TaskAssign {
    const [answer] = this.#byConnection.get(connectionId)?.waiting ?? [];
    const { image } = assign;
    if (answer === undefined || image === null || image.size > BYTES_MAX) return assign;
    answer(image.digest);
    return { ...assign, isHanded: true };
  }
}
