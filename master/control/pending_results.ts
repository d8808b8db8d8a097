import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { TaskResult } from "../../protocol/messages/task.ts";
import type { AcceptResult, Command } from "../core/messages/command.ts";
import type { GalleryNames } from "./gallery_names.ts";
import type { MasterState } from "../core/state/state.ts";

export interface PendingResultsOptions {
  /** Read only. */
  readonly state: MasterState;
  readonly post: (command: Command) => void;
  readonly holdsBlob: (digest: Digest) => boolean;
  /** Names that a node may give to persons; absent if they are not checked. */
  readonly names?: Pick<GalleryNames, "faultOf">;
}

/** A result, and those of its pictures that have not arrived yet. */
interface Pending {
  readonly command: AcceptResult;
  readonly missing: Set<Digest>;
}

/**
 * Results that arrived before their pictures. Each is posted to the core once all pictures that it
 * names are here. A result is dropped once its attempt is over (its node was lost, could not send a
 * picture, or ran out of time), so there are never more results than attempts.
 */
export class PendingResults {
  readonly #options: PendingResultsOptions;
  /** Keyed by {@linkcode keyOf}. */
  readonly #pending = new Map<string, Pending>();

  constructor(options: PendingResultsOptions) {
    this.#options = options;
  }

  /** Number of results that wait for a picture. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Posts the result if its pictures are here; else keeps it until they are. Posts a failure instead
   * of a result that names people who are not in its gallery.
   */
  accept(command: AcceptResult): void {
    const fault = this.#options.names?.faultOf(command.message.prediction) ?? null;
    if (fault !== null) return this.#options.post(failureInstead(command, new DmlError("attempt_failed", fault)));
    const missing = this.#missingPicturesOf(command);
    if (missing.size === 0) this.#options.post(command);
    else if (this.#isLive(command)) this.#pending.set(keyOf(command), { command, missing });
  }

  /** Posts the results for which `digest` was the last missing picture. */
  pictureArrived(digest: Digest): void {
    for (const [key, { command, missing }] of this.#pending) {
      if (!missing.delete(digest) || missing.size > 0) continue;
      this.#pending.delete(key);
      // An earlier picture of several may have been evicted meanwhile.
      const [evicted] = this.#missingPicturesOf(command);
      if (evicted === undefined) this.#options.post(command);
      else this.#options.post(failureInstead(command, evictedError(evicted)));
    }
  }

  /** Posts a failure instead of each result that waits for `digest`, which was not stored. */
  pictureFailed(digest: Digest, error: DmlError): void {
    for (const [key, { command, missing }] of this.#pending) {
      if (!missing.has(digest)) continue;
      this.#pending.delete(key);
      this.#options.post(failureInstead(command, error));
    }
  }

  /** Forgets the results that are no longer awaited. */
  sweep(): void {
    for (const [key, { command }] of this.#pending) if (!this.#isLive(command)) this.#pending.delete(key);
  }

  #missingPicturesOf({ message }: AcceptResult): Set<Digest> {
    return new Set(picturesOf(message).filter((digest) => !this.#options.holdsBlob(digest)));
  }

  /** Returns true if the connection belongs to the node and the attempt is running on it. */
  #isLive({ nodeId, connectionId, message: { taskId, attempt } }: AcceptResult): boolean {
    const connection = this.#options.state.nodes.get(nodeId)?.connection;
    return connection?.connectionId === connectionId && connection.attempts.get(taskId)?.attempt === attempt;
  }
}

function keyOf({ nodeId, message: { taskId, attempt } }: AcceptResult): string {
  return `${nodeId}:${taskId}:${attempt}`;
}

function evictedError(digest: Digest): DmlError {
  return new DmlError("blob_not_found", `Its picture ${digest} is no longer here.`);
}

function failureInstead({ nodeId, connectionId, message }: AcceptResult, { code, message: reason }: DmlError): Command {
  const { taskId, attempt } = message;
  const failed = { type: "task.failed", taskId, attempt, code, reason } as const;
  return { type: "accept_task_failure", nodeId, connectionId, message: failed };
}

/** Returns the blobs that a result names: the annotated picture, cropped faces, packed tensors. */
function picturesOf({ annotated, prediction: { persons, packed } }: TaskResult): Digest[] {
  const digests = persons.flatMap(({ crop }) => crop === undefined ? [] : [crop.digest]);
  if (packed?.blob !== undefined) digests.push(packed.blob.digest);
  return annotated === null ? digests : [annotated.digest, ...digests];
}
