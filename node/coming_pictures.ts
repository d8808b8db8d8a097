import { StallWatch } from "../protocol/kernel/stall_watch.ts";
import type { NextPicture } from "../protocol/http/next_picture.ts";
import { backoffMs } from "../protocol/kernel/backoff.ts";
import type { Clock } from "../protocol/kernel/clock.ts";
import { type Digest, digestOf } from "../protocol/kernel/digest.ts";
import { asDmlError } from "../protocol/kernel/errors.ts";
import type { Log } from "../protocol/kernel/log.ts";
import type { Random } from "../protocol/kernel/random.ts";
import { waited } from "../protocol/kernel/waited.ts";

/** Questions that wait at once: more pictures than that are not begun in the same moment. */
const QUESTIONS_MAX = 8;
/** A question that gets no answer for this long is given up: the master gives one sooner. */
const QUESTION_MS = 40_000;
/** How long after one picture the next one is waited for. */
const ASK_AGAIN_MS = 10;
/** How long a picture that is said to come is waited for before it is fetched. */
const ARRIVAL_MS = 2_000;
/** How long a picture is kept that came before its assignment, which may have been cancelled. */
const UNCLAIMED_MS = 5_000;

/** Waits at the master for the next picture; null when there was none for a while. */
export type AskPicture = (key: string, options: { signal: AbortSignal }) => Promise<NextPicture | null>;

/** What {@linkcode ComingPictures} works with. */
export interface ComingPicturesOptions {
  /** Null where pictures are only fetched. */
  readonly ask: AskPicture | null;
  /** Pictures that run at once. */
  readonly slots: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A picture that is here and not asked for yet, or one that is asked for and not here yet. */
interface Arrival {
  readonly digest: Digest;
  /** Takes the picture out; null: it does not come. */
  readonly settle: (bytes: Uint8Array<ArrayBuffer> | null) => void;
}

/**
 * Pictures that the master hands over with their assignments. One question for each slot waits at the master; its answer and
 * the assignment come in any order. Whatever goes wrong means that a picture is fetched by its digest, as without all this.
 */
export class ComingPictures {
  readonly #options: ComingPicturesOptions;
  /** Here, each with the question that brought it, which asks again when it is taken. */
  readonly #here: { readonly picture: NextPicture; readonly taken: () => void }[] = [];
  /** Assigned, and not here yet. */
  readonly #awaited = new Set<Arrival>();
  /** Gives up all questions of the present connection. */
  #connection = new AbortController();
  #openCount = 0;

  constructor(options: ComingPicturesOptions) {
    this.#options = options;
    this.#connection.abort();
  }

  /** A master has taken the node in, and given it `key` unless it hands no pictures over. */
  begin(key: string | undefined): void {
    this.end();
    const { ask, slots } = this.#options;
    if (ask === null || key === undefined) return;
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    for (let count = Math.min(slots, QUESTIONS_MAX); count > 0; count--) {
      void this.#question((options) => ask(key, options), signal);
    }
  }

  /** The connection is over. */
  end(): void {
    this.#connection.abort();
    for (const { taken } of this.#here.splice(0)) taken();
    this.#giveUp();
  }

  /**
   * The picture of an assignment that says that it comes. Null when it does not come soon, is not what it is called, or `signal`
   * aborts: then it is to be fetched.
   */
  async take(digest: Digest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = this.#taken(digest) ?? await this.#arrival(digest, signal);
    return bytes !== null && digestOf(bytes) === digest ? bytes : null;
  }

  #taken(digest: Digest): Uint8Array<ArrayBuffer> | null {
    const at = this.#here.findIndex(({ picture }) => picture.digest === digest);
    if (at < 0) return null;
    const [{ picture, taken }] = this.#here.splice(at, 1);
    taken();
    return picture.bytes;
  }

  #arrival(digest: Digest, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#openCount === 0 || signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const settle = (bytes: Uint8Array<ArrayBuffer> | null) => {
        cancel();
        signal.removeEventListener("abort", giveUp);
        this.#awaited.delete(arrival);
        resolve(bytes);
      };
      const arrival: Arrival = { digest, settle };
      const giveUp = () => settle(null);
      const cancel = this.#options.clock.after(ARRIVAL_MS, giveUp);
      signal.addEventListener("abort", giveUp);
      this.#awaited.add(arrival);
    });
  }

  /** Asks again and again until the connection is over. */
  async #question(
    ask: (options: { signal: AbortSignal }) => Promise<NextPicture | null>,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, random, log } = this.#options;
    for (let failures = 0; !signal.aborted;) {
      this.#openCount++;
      let picture: NextPicture | null = null;
      const watch = new StallWatch(clock, { stallMs: QUESTION_MS, signals: [signal] });
      try {
        picture = await ask({ signal: watch.signal });
        failures = 0;
      } catch (error) {
        failures++;
        if (!signal.aborted) log.debug("No picture can be waited for.", { error: asDmlError(error).message });
      } finally {
        watch.stop();
        this.#openCount--;
      }
      if (signal.aborted) return;
      // One that was to come may have been lost with this answer.
      if (picture === null) this.#giveUp();
      else await this.#deliver(picture);
      // Whoever has the picture now goes on first: asking takes longer than to begin with it.
      await waited(failures > 0 ? backoffMs(failures, { random }) : ASK_AGAIN_MS, { clock, signal });
    }
  }

  /** Resolves when the picture was taken, nobody has for a while, or the connection is over. */
  #deliver(picture: NextPicture): Promise<void> {
    for (const arrival of this.#awaited) {
      if (arrival.digest !== picture.digest) continue;
      arrival.settle(picture.bytes);
      return Promise.resolve();
    }
    const claimed = new AbortController();
    this.#here.push({ picture, taken: () => claimed.abort() });
    const { clock } = this.#options;
    return waited(UNCLAIMED_MS, { clock, signal: claimed.signal }).then(() => {
      const at = this.#here.findIndex((here) => here.picture === picture);
      if (at >= 0) this.#here.splice(at, 1);
    });
  }

  #giveUp(): void {
    for (const { settle } of [...this.#awaited]) settle(null);
  }
}
