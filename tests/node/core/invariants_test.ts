/**
 * Random histories of a node: its guarantees hold whatever the master, the network and the workers
 * do.
 */
import fc from "fast-check";
import { assert, assertEquals } from "../../assert.ts";
import { type Action, plan } from "../../../node/core/plan.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { NodeEvent } from "../../../node/core/event.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { assign, cancel, digest, galleryOffer, nobody, offer, retire, taskId } from "../instructions.ts";
import { History, SMALL } from "./history.ts";

type Step =
  | { do: "offer" | "retire"; model: number }
  | { do: "publish" | "withdraw"; gallery: string }
  | { do: "assign"; task: number; model: number; image: boolean; deadlineMs: number }
  | { do: "cancel"; task: number }
  | { do: "finish"; which: number; well: boolean; annotated: boolean }
  | { do: "pass"; ms: number }
  | { do: "drain"; draining: boolean }
  | { do: "reconnect" };

/**
 * A model so fast that one prediction takes two thirds of a millisecond, so that a worker gets
 * several tasks ahead.
 */
const QUICK = digest(3);
const model = fc.integer({ min: 1, max: 3 });
const task = fc.integer({ min: 1, max: 12 });
const mostly = fc.integer({ min: 0, max: 4 }).map((number) => number > 0);
const gallery = fc.constantFrom("staff", "guests");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("publish" as const), gallery }) },
  fc.record({ do: fc.constant("withdraw" as const), gallery }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant("offer" as const), model }) },
  fc.record({ do: fc.constant("retire" as const), model }),
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("assign" as const),
      task,
      model,
      image: fc.boolean(),
      deadlineMs: fc.integer({ min: 0, max: 2_000 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cancel" as const), task }) },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant("finish" as const),
      which: fc.nat(100),
      well: mostly,
      annotated: fc.boolean(),
    }),
  },
  fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ do: fc.constant("drain" as const), draining: mostly.map((yes) => !yes) }),
  fc.record({ do: fc.constant("reconnect" as const) }),
);

/**
 * An external observer of the node, which records events and messages without reading its state.
 */
class Witness {
  readonly history = new History();
  /** Actions begun and not finished; a dropped transfer may still finish later. */
  readonly pending: Action[] = [];
  readonly loaded = new Set<Digest>();
  readonly verified = new Set<string>();
  readonly ran = new Set<string>();
  /** Tasks of the current connection: assigned, cancelled, and the number of answers to each. */
  assigned = new Set<string>();
  cancelled = new Set<string>();
  answers = new Map<string, number>();
  /**
   * Attempts whose pictures could not be uploaded: the only case in which a result is withdrawn.
   */
  readonly failedUploads = new Set<string>();

  /** Last published version, and the newest version of each gallery that was not withdrawn. */
  version = 0;
  readonly wanted = new Map<string, number>();
  /** Versions that the workers have, and those last reported to the master. */
  readonly inForce = new Map<string, number>();
  readonly told = new Map<string, number>();

  step(step: Step): void {
    const { history } = this;
    switch (step.do) {
      case "offer":
        history.instruction(offer(digest(step.model)));
        break;
      case "retire":
        history.instruction(retire(digest(step.model)));
        break;
      case "publish": {
        const version = ++this.version;
        this.wanted.set(step.gallery, version);
        history.instruction(galleryOffer(version, step.gallery));
        break;
      }
      case "withdraw":
        this.wanted.delete(step.gallery);
        history.instruction({ type: "gallery.retire", gallery: step.gallery });
        break;
      case "assign": {
        const image = step.image ? { digest: digest(step.task), size: 1 } : null;
        const { deadlineMs } = step;
        this.assigned.add(history.key(step.task));
        history.instruction(assign(step.task, {
          image,
          deadlineMs,
          manifestDigest: digest(step.model),
        }));
        break;
      }
      case "cancel":
        if (this.isOpen(step.task)) this.cancelled.add(history.key(step.task));
        history.instruction(cancel(step.task));
        break;
      case "finish":
        this.finish(step);
        break;
      case "pass":
        history.nowMs += step.ms;
        history.event({ kind: "ticked" });
        break;
      case "drain":
        history.event({ kind: "drainChanged", draining: step.draining });
        break;
      case "reconnect":
        this.reconnect();
        break;
    }
    this.hear();
    this.act();
  }

  isOpen(task: number): boolean {
    return this.assigned.has(this.history.key(task)) && !this.answers.has(taskId(task));
  }

  finish({ which, well, annotated }: Extract<Step, { do: "finish" }>): void {
    if (this.pending.length === 0) return;
    const [action] = this.pending.splice(which % this.pending.length, 1);
    if (action.do === "upload") this.history.event({ kind: "picturesNamed", key: action.key, ...NAMES });
    this.hear();
    const event = outcome(action, { well, annotated });
    if (event.kind === "attemptFailed" && action.do === "upload") this.failedUploads.add(event.key);
    if (event.kind === "modelLoaded") this.loaded.add(event.manifestDigest);
    if (event.kind === "imageFetched") this.verified.add(event.key);
    if (event.kind === "galleryTaken") this.inForce.set(event.offer.gallery, event.offer.version);
    if (event.kind === "galleryDropped") this.inForce.delete(event.gallery);
    this.history.event(event);
  }

  reconnect(): void {
    this.hear();
    this.history.event({ kind: "disconnected" });
    this.act();
    this.history.event({ kind: "connected" });
    this.assigned = new Set();
    this.cancelled = new Set();
    this.answers = new Map();
  }

  act(): void {
    const { history } = this;
    for (let action = plan(history.state); action !== null; action = plan(history.state)) {
      this.check(action);
      history.event({ kind: "begun", action });
      if (action.do !== "drop" && action.do !== "refuse") this.pending.push(action);
      this.hear();
    }
    // Counted in sixths of a worker: three tasks of the quick model share one worker.
    const held = this.pending.map((action) => action.do !== "run" ? 0 : action.assign.manifestDigest === QUICK ? 2 : 6);
    const sixths = held.reduce((sum: number, share) => sum + share, 0);
    assert(sixths <= 6 * SMALL.slots, `${sixths / 6} workers are held, there are ${SMALL.slots}`);
    assert(history.state.attempts.size <= SMALL.attemptsMax);
  }

  check(action: Action): void {
    if (action.do === "unload") {
      const { manifestDigest } = action;
      const inUse = this.pending.some((other) => other.do === "run" && other.assign.manifestDigest === manifestDigest);
      assert(!inUse, "a model is not unloaded while it runs");
      this.loaded.delete(manifestDigest);
    }
    if (action.do !== "run") return;
    const { key, assign } = action;
    assert(this.loaded.has(assign.manifestDigest), "its model is ready");
    assert(assign.image === null || this.verified.has(key), "its image was verified");
    assert(!this.cancelled.has(key), "nobody cancelled it");
    assert(!this.ran.has(key), "it never ran before");
    assert(action.deadlineMs > 0, "there is time left");
    this.ran.add(key);
  }

  hear(): void {
    for (const message of this.history.sentMessages()) {
      if (message.type === "gallery.ready") {
        assertEquals(this.inForce.get(message.gallery), message.version, "only active versions are announced");
        this.told.set(message.gallery, message.version);
      }
      const answered = answeredTask(message);
      if (answered === null) continue;
      const key = `${this.history.state.connection}:${answered}:1`;
      assert(this.assigned.has(key), "only tasks assigned on this connection are answered");
      assert(!this.cancelled.has(key), "cancelled tasks are not answered");
      const isTakenBack = message.type === "task.failed" && this.failedUploads.delete(key);
      assert(!this.answers.has(answered) || isTakenBack, "it is answered once");
      this.answers.set(answered, 1);
    }
  }

  /** Lets all pending actions finish; then no attempt may remain. */
  settle(): void {
    for (let turn = 0; this.pending.length > 0; turn++) {
      assert(turn < 1_000, "it comes to an end");
      this.finish({ do: "finish", which: 0, well: true, annotated: false });
      this.hear();
      this.act();
    }
    assertEquals([...this.history.state.attempts.keys()], [], "no attempt is left");
    for (const name of this.inForce.keys()) assert(this.wanted.has(name), "no withdrawn gallery is kept");
    for (const [name, version] of this.wanted) {
      if (this.history.state.galleries.get(name)?.phase === "failed") continue;
      assertEquals(this.inForce.get(name), version, "the newest version is active");
      assertEquals(this.told.get(name), version, "and reported to the master");
    }
    for (const key of this.assigned) {
      const [, name] = key.split(":");
      assert(this.answers.has(name) !== this.cancelled.has(key), `${key} ended in exactly one way`);
    }
  }
}

const NAMES = { annotated: null, crops: [] };

function outcome(
  action: Action,
  { well, annotated }: { well: boolean; annotated: boolean },
): NodeEvent {
  const failure = { code: "engine_failed", reason: "by chance" };
  switch (action.do) {
    case "fetchModel":
      return well
        ? { kind: "modelFetched", manifestDigest: action.manifestDigest, fetchedBytes: 1 }
        : { kind: "modelFailed", manifestDigest: action.manifestDigest, failure };
    case "load": {
      const { manifestDigest } = action;
      return well
        ? { kind: "modelLoaded", manifestDigest, imagesPerSecond: manifestDigest === QUICK ? 1_500 : 1, warmUpMs: 1 }
        : { kind: "modelFailed", manifestDigest, failure };
    }
    case "unload":
      return { kind: "modelUnloaded", manifestDigest: action.manifestDigest };
    case "fetchImage":
      return well ? { kind: "imageFetched", key: action.key } : { kind: "attemptFailed", key: action.key, failure };
    case "run":
      return well
        ? { kind: "attemptRan", key: action.key, prediction: nobody(), serviceMs: 1, hasPictures: annotated }
        : { kind: "attemptFailed", key: action.key, failure };
    case "upload":
      return well ? { kind: "attemptUploaded", key: action.key } : { kind: "attemptFailed", key: action.key, failure };
    case "fetchGallery":
      return well
        ? { kind: "galleryTaken", offer: action.offer, fetchedBytes: 1 }
        : { kind: "galleryFailed", offer: action.offer, failure };
    case "dropGallery":
      return { kind: "galleryDropped", gallery: action.gallery };
    case "drop":
    case "refuse":
      throw new Error(`${action.do} has no outcome`);
  }
}

function answeredTask(message: Message): string | null {
  return message.type === "task.result" || message.type === "task.failed" ? message.taskId : null;
}

Deno.test("a node keeps its guarantees in every history", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: "max" }), (steps) => {
      const witness = new Witness();
      for (const next of steps) witness.step(next);
      witness.settle();
    }),
    { numRuns: 400 },
  );
});

Deno.test("the same history leads to the same state", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const [first, second] = [new Witness(), new Witness()];
      for (const next of steps) {
        first.step(next);
        second.step(next);
      }
      assertEquals(first.history.state, second.history.state);
    }),
    { numRuns: 50 },
  );
});
