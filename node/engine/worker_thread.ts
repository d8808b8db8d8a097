import type { WorkerPort, WorkerPortEvents } from "./worker_port.ts";
import type { FromWorker, ToWorker } from "./worker_protocol.ts";

/**
 * A worker that is a thread of this process, without permissions. `end` stops it from being heard,
 * but not from computing: Deno ends a thread that spins only with the process.
 */
export class WorkerThread implements WorkerPort {
  readonly #worker: Worker;
  readonly #events: WorkerPortEvents;

  /** Starts a thread that runs the module `url`. */
  constructor(url: URL, events: WorkerPortEvents) {
    this.#events = events;
    this.#worker = new Worker(url, { type: "module", deno: { permissions: "none" } });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker[]>) => events.onMessages(data);
    this.#worker.onmessageerror = () => events.onDied("it sent an unreadable message");
    this.#worker.onerror = (event) => {
      event.preventDefault(); // or it would end the whole node
      events.onDied(event.message);
    };
  }

  post(messages: readonly ToWorker[], transfer: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(messages, [...transfer]);
  }

  end(): void {
    this.#worker.terminate();
    this.#events.onEnded();
  }
}
