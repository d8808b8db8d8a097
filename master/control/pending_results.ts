import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { TaskResult } from "../../protocol/messages/task.ts";
import type { AcceptResult, Command } from "../core/messages/command.ts";
import type { MasterState } from "../core/state/state.ts";

/** What a {@linkcode PendingResults} works with. */
export interface PendingResultsOptions {
  /** Read only. */
  readonly state: MasterState;
  readonly post: (command: Command) => void;
  readonly holdsBlob: (digest: Digest) => boolean;
}

/** A result, and the pictures of it that have not come yet. */
interface Pending {
  readonly command: AcceptResult;
  readonly missing: Set<Digest>;
}

/**
 * Results that came before their pictures: the core hears of one when all that it names is here. One whose attempt is over
 * (its node was lost, could not send the picture, or ran out of time) is forgotten, so there are never more than attempts.
 */
export class PendingResults {
  readonly #options: PendingResultsOptions;
  /** By attempt. */
  readonly #pending = new Map<string, Pending>();

  constructor(options: PendingResultsOptions) {
    this.#options = options;
  }

  /** How many wait. */
  get size(): number {
    return this.#pending.size;
  }

  /** Hands the result on, at once or, when `mayWait`, once its pictures are here; without them it is no answer. */
  take(command: AcceptResult, { mayWait }: { mayWait: boolean }): void {
    const { post, holdsBlob } = this.#options;
    const missing = new Set(picturesOf(command.message).filter((digest) => !holdsBlob(digest)));
    if (missing.size === 0) return post(command);
    if (!mayWait) return post(withoutPicture(command, missing));
    if (this.#isLive(command)) this.#pending.set(keyOf(command), { command, missing });
  }

  /** A picture has come, whosever it is. */
  arrived(digest: Digest): void {
    for (const [key, { command, missing }] of this.#pending) {
      if (!missing.delete(digest) || missing.size > 0) continue;
      this.#pending.delete(key);
      // The first of several may have had to make room meanwhile.
      this.take(command, { mayWait: false });
    }
  }

  /** A picture came and was not kept: those that wait for it have failed. */
  lost(digest: Digest, error: DmlError): void {
    for (const [key, { command, missing }] of this.#pending) {
      if (!missing.has(digest)) continue;
      this.#pending.delete(key);
      this.#options.post(failureInstead(command, error));
    }
  }

  /** Forgets those for which nobody waits any more. */
  sweep(): void {
    for (const [key, { command }] of this.#pending) if (!this.#isLive(command)) this.#pending.delete(key);
  }

  /** Whether the connection is the node's own and the attempt one that it has in hand. */
  #isLive({ nodeId, connectionId, message: { taskId, attempt } }: AcceptResult): boolean {
    const connection = this.#options.state.nodes.get(nodeId)?.connection;
    return connection?.connectionId === connectionId && connection.attempts.get(taskId)?.attempt === attempt;
  }
}

function keyOf({ nodeId, message: { taskId, attempt } }: AcceptResult): string {
  return `${nodeId}:${taskId}:${attempt}`;
}

function withoutPicture(command: AcceptResult, missing: ReadonlySet<Digest>): Command {
  const [lost] = missing;
  return failureInstead(command, new DmlError("blob_not_found", `Its picture ${lost} never came.`));
}

function failureInstead({ nodeId, connectionId, message }: AcceptResult, { code, message: reason }: DmlError): Command {
  const { taskId, attempt } = message;
  const failed = { type: "task.failed", taskId, attempt, code, reason } as const;
  return { type: "accept_task_failure", nodeId, connectionId, message: failed };
}

/** The pictures that a result names: the annotated one and those of faces. */
function picturesOf({ annotated, prediction: { persons } }: TaskResult): Digest[] {
  const digests = persons.flatMap(({ crop }) => crop === undefined ? [] : [crop.digest]);
  return annotated === null ? digests : [annotated.digest, ...digests];
}
