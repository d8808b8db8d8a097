import type { FromWorker, ToWorker } from "./worker_protocol.ts";

/** Events of one worker, in the order in which they are called. */
export interface WorkerPortEvents {
  readonly onMessages: (messages: readonly FromWorker[]) => void;
  /** Called when the worker ended by itself or is beyond use; the receiver then calls `end`. */
  readonly onDied: (how: string) => void;
  /** Called once after {@linkcode WorkerPort.end}, when the worker takes no time and memory. */
  readonly onEnded: () => void;
}

/**
 * Connection to one worker. Adapters: a thread of this process, and a process of its own, which
 * unlike a thread can be ended while it computes.
 */
export interface WorkerPort {
  /**
   * Sends messages; the buffers in `transfer` are detached. Throws if one of them is already, and
   * has sent nothing then.
   */
  post(messages: readonly ToWorker[], transfer: readonly ArrayBuffer[]): void;
  /** Ends the worker, whatever it is doing. Called once. */
  end(): void;
}

/** Starts a worker. */
export type SpawnWorker = (events: WorkerPortEvents) => WorkerPort;
