import type { AssetSource } from "../../models/assets.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { FromWorker, ReplyTo, ToWorker, WorkerReply, WorkerRequestBody } from "./worker_protocol.ts";

export interface WorkerClientOptions {
  /** URL of the worker's module. */
  readonly url: URL;
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

/** A worker thread without permissions, and its pending requests. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #options: WorkerClientOptions;
  readonly #pending = new Map<number, Pending>();
  /** Messages of this turn that transfer no buffers; they are posted together. */
  #unsent: ToWorker[] = [];
  #nextId = 1;
  #ended = false;

  constructor(options: WorkerClientOptions) {
    this.#options = options;
    this.#worker = new Worker(options.url, { type: "module", deno: { permissions: "none" } });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker[]>) => {
      for (const message of data) this.#receive(message);
    };
    this.#worker.onmessageerror = () => this.#died("it sent an unreadable message");
    this.#worker.onerror = (event) => {
      event.preventDefault(); // or it would end the whole node
      this.#died(event.message);
    };
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
    if (this.#ended) throw new DmlError("worker_died", "The worker had ended before the request was sent.");
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
   * Terminates the worker at once and frees its memory. The request that it was running fails with
   * `error`; pictures queued behind it fail with an error that allows a retry.
   */
  end(error: DmlError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#worker.terminate();
    let isBehind = false;
    for (const { type, reject } of this.#pending.values()) {
      reject(isBehind && type === "run" ? notBegun(error) : error);
      isBehind ||= type !== "setGallery"; // it is answered ahead of the queue
    }
    this.#pending.clear();
    this.#options.onEnd(this);
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
    this.#worker.postMessage([message], transfer);
  }

  #postUnsent(): void {
    const messages = this.#unsent;
    if (messages.length === 0 || this.#ended) return;
    this.#unsent = [];
    this.#worker.postMessage(messages);
  }

  #receive(message: FromWorker): void {
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
      if (!this.#ended) this.#post({ type: "asset", name, bytes }, [bytes.buffer]);
    } catch (error) {
      const reason = asDmlError(error).message;
      if (!this.#ended) this.#post({ type: "assetMissing", name, reason }, []);
    }
  }
}

/** Returns the error of a picture whose worker ended before it started the picture. */
function notBegun(error: DmlError): DmlError {
  if (error.code === "shutting_down") return error;
  return new DmlError("attempt_failed", "Its worker ended because of an earlier request.", { cause: error });
}
