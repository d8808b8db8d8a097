import type { AssetSource } from "../../models/assets.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { SpawnWorker, WorkerPort } from "./worker_port.ts";
import type { FromWorker, ReplyTo, ToWorker, WorkerReply, WorkerRequestBody } from "./worker_protocol.ts";

export interface WorkerClientOptions {
  /** Starts the worker. */
  readonly spawn: SpawnWorker;
  /**
   * The asset files that the worker requests. Every call returns new bytes, because they are
   * transferred.
   */
  readonly assets: AssetSource;
  readonly log: Log;
  /**
   * Called once after the worker has ended for any reason; its pending requests have failed by
   * then.
   */
  readonly onEnd: (client: WorkerClient) => void;
  /** Called if the worker runs the unpatched engine because the patch does not fit it. */
  readonly onEnginePatchSkipped: () => void;
}

interface Pending {
  readonly type: keyof ReplyTo;
  readonly resolve: (reply: WorkerReply) => void;
  readonly reject: (error: DmlError) => void;
}

/** A worker, and its pending requests. */
export class WorkerClient {
  readonly #port: WorkerPort;
  readonly #options: WorkerClientOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #gone = Promise.withResolvers<void>();
  /** Messages of this turn that transfer no buffers; they are posted together. */
  #unsent: ToWorker[] = [];
  #nextId = 1;
  /** The reason why the worker is ended; `null` while it is not. */
  #endedBy: DmlError | null = null;

  constructor(options: WorkerClientOptions) {
    this.#options = options;
    this.#port = options.spawn({
      onMessages: (messages) => {
        for (const message of messages) this.#receive(message);
      },
      onDied: (how) => this.#died(how),
      onEnded: () => this.#failPending(),
    });
  }

  /** True once the worker takes no more requests, even if it has not ended yet. */
  get isEnding(): boolean {
    return this.#endedBy !== null;
  }

  /** Resolves when the worker has ended. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Number of pending requests. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /**
   * Sends a request to the worker and transfers the buffers in `transfer`. Throws the error that
   * the worker replies with, or the one that ended it: `worker_died` if it crashed.
   */
  async request<Type extends keyof ReplyTo>(
    body: Extract<WorkerRequestBody, { type: Type }>,
    transfer: ArrayBuffer[] = [],
  ): Promise<ReplyTo[Type]> {
    if (this.isEnding) throw new DmlError("worker_died", "The worker had ended before the request was sent.");
    const id = this.#nextId++;
    // Throws if a buffer is already detached; then nothing is pending.
    this.#post({ ...body, id }, transfer);
    const answered = new Promise<WorkerReply>((resolve, reject) => {
      this.#pending.set(id, { type: body.type, resolve, reject });
    });
    const reply = await answered;
    if (reply.type === "failed") throw new DmlError(reply.code, reply.reason);
    return reply as ReplyTo[Type];
  }

  /**
   * Ends the worker. Once it has ended, the request that it was running fails with `error`;
   * pictures queued behind it fail with an error that allows a retry.
   */
  end(error: DmlError): void {
    if (this.isEnding) return;
    this.#endedBy = error;
    this.#port.end();
  }

  #failPending(): void {
    const error = this.#endedBy!;
    let isBehind = false;
    for (const { type, reject } of this.#pending.values()) {
      reject(isBehind && type === "run" ? notBegun(error) : error);
      isBehind ||= type !== "setGallery"; // it is answered ahead of the queue
    }
    this.#pending.clear();
    this.#options.onEnd(this);
    this.#gone.resolve();
  }

  /**
   * Ends a worker that crashed. The cause is logged on this host only; users see a generic error.
   */
  #died(how: string): void {
    this.#options.log.error("A worker died.", { how });
    this.end(new DmlError("worker_died", "The worker that ran the picture died."));
  }

  #post(message: ToWorker, transfer: ArrayBuffer[]): void {
    if (transfer.length === 0) {
      if (this.#unsent.push(message) === 1) queueMicrotask(() => this.#postUnsent());
      return;
    }
    this.#postUnsent();
    this.#port.post([message], transfer);
  }

  #postUnsent(): void {
    const messages = this.#unsent;
    if (messages.length === 0 || this.isEnding) return;
    this.#unsent = [];
    this.#port.post(messages, []);
  }

  #receive(message: FromWorker): void {
    if (this.isEnding) return;
    if (message.type === "assetRequested") {
      void this.#deliver(message.name);
      return;
    }
    if (message.type === "enginePatchSkipped") {
      this.#options.onEnginePatchSkipped();
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    pending?.resolve(message);
  }

  async #deliver(name: Parameters<AssetSource>[0]): Promise<void> {
    try {
      const bytes = await this.#options.assets(name);
      if (!this.isEnding) this.#post({ type: "asset", name, bytes }, [bytes.buffer]);
    } catch (error) {
      const reason = asDmlError(error).message;
      if (!this.isEnding) this.#post({ type: "assetMissing", name, reason }, []);
    }
  }
}

/** Returns the error of a picture whose worker ended before it started the picture. */
function notBegun(error: DmlError): DmlError {
  if (error.code === "shutting_down") return error;
  return new DmlError("attempt_failed", "Its worker ended because of an earlier request.", { cause: error });
}
