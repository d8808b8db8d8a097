/** Limits of the node under test. */
import type { Instruction, NodeEvent } from "../../../node/core/event.ts";
import { apply } from "../../../node/core/apply.ts";
import { type Action, plan } from "../../../node/core/plan.ts";
import { type AttemptKey, initialState, type NodeLimits, type NodeState } from "../../../node/core/state.ts";
import type { Message } from "../../../protocol/messages/message.ts";
import { MODEL, nobody, offer, taskId } from "../instructions.ts";

export const SMALL: NodeLimits = {
  slots: 2,
  imagesMax: 4,
  attemptsMax: 8,
  modelsMax: 3,
  galleriesMax: 2,
  attemptDeadlineMs: 10_000,
};

/**
 * Drives the pure core of a node through a sequence of named events, and executes the actions of
 * its plan.
 */
export class History {
  readonly state: NodeState;
  nowMs = 0;

  constructor(limits: Partial<NodeLimits> = {}) {
    this.state = initialState({ ...SMALL, ...limits });
    this.event({ kind: "connected" });
  }

  event(event: NodeEvent): this {
    apply(this.state, event, this.nowMs);
    return this;
  }

  instruction(...orders: Instruction[]): this {
    for (const instruction of orders) this.event({ kind: "instructed", instruction });
    return this;
  }

  /** Begins all actions that the plan asks for and returns them in order. */
  act(): Action[] {
    const actions: Action[] = [];
    for (let action = plan(this.state); action !== null; action = plan(this.state)) {
      actions.push(action);
      this.event({ kind: "begun", action });
    }
    return actions;
  }

  /** Returns the messages that the node has sent since the last call. */
  sentMessages(): Message[] {
    const messages = this.state.outbox;
    this.state.outbox = [];
    return messages;
  }

  /** Offers, fetches and loads `manifestDigest`, so that its model is ready. */
  ready(manifestDigest = MODEL, { imagesPerSecond = 5 } = {}): this {
    this.instruction(offer(manifestDigest)).act();
    this.event({ kind: "modelFetched", manifestDigest, fetchedBytes: 10 }).act();
    this.event({ kind: "modelLoaded", manifestDigest, imagesPerSecond, warmUpMs: 3 });
    this.sentMessages();
    return this;
  }

  /** Records that the image of task `task` was fetched. */
  image(task: number): this {
    return this.event({ kind: "imageFetched", key: this.key(task) });
  }

  /** Records that a worker has finished task `task`. */
  ran(task: number, hasPictures = false): this {
    return this.event({
      kind: "attemptRan",
      key: this.key(task),
      prediction: nobody(),
      serviceMs: 4,
      hasPictures,
    });
  }

  key(task: number): AttemptKey {
    return `${this.state.connection}:${taskId(task)}:1`;
  }

  phase(task: number): string | undefined {
    return this.state.attempts.get(this.key(task))?.phase;
  }
}

/** Returns the kinds of the actions, in order, without their arguments. */
export function doing(actions: readonly Action[]): string[] {
  return actions.map((action) => action.do);
}
