import type { AssetSource } from "../../models/assets.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { FromWorker, ReplyTo, ToWorker, WorkerAsk, WorkerReply } from "./worker_protocol.ts";

/** What a worker client needs of its surroundings. */
export interface WorkerClientOptions {
  /** The worker's module. */
  readonly url: URL;
  /** Every call gives bytes of their own: they go over to the worker. */
  readonly assets: AssetSource;
  readonly log: Log;
  /** Called once, when the worker is gone, whoever ended it; what it had in hand has failed by then. */
  readonly onEnd: (client: WorkerClient) => void;
}

interface Pending {
  readonly type: keyof ReplyTo;
  readonly resolve: (reply: WorkerReply) => void;
  readonly reject: (error: DmlError) => void;
}

/** One worker thread that holds no permissions, and the requests that it has in hand. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #options: WorkerClientOptions;
  readonly #pending = new Map<number, Pending>();
  /** What is said in one turn and gives nothing away goes over as one. */
  #unsent: ToWorker[] = [];
  #nextId = 1;
  #ended = false;

  constructor(options: WorkerClientOptions) {
    this.#options = options;
    this.#worker = new Worker(options.url, { type: "module", deno: { permissions: "none" } });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker[]>) => {
      for (const message of data) this.#receive(message);
    };
    this.#worker.onmessageerror = () => this.#died("it sent what cannot be read");
    this.#worker.onerror = (event) => {
      event.preventDefault(); // or it would end the whole node
      this.#died(event.message);
    };
  }

  /** Requests that were not answered yet. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /**
   * Asks the worker for something; `transfer` goes over to it. Throws what the worker answers, or what ended it:
   * `worker_died` when it broke.
   */
  async ask<Type extends keyof ReplyTo>(
    ask: Extract<WorkerAsk, { type: Type }>,
    transfer: ArrayBuffer[] = [],
  ): Promise<ReplyTo[Type]> {
    if (this.#ended) throw new DmlError("worker_died", "The worker had ended before it was asked.");
    const id = this.#nextId++;
    // Throws when `transfer` was given away already; then nothing is pending.
    this.#post({ ...ask, id }, transfer);
    const answered = new Promise<WorkerReply>((resolve, reject) => {
      this.#pending.set(id, { type: ask.type, resolve, reject });
    });
    const reply = await answered;
    if (reply.type === "failed") throw new DmlError(reply.code, reply.reason);
    return reply as ReplyTo[Type];
  }

  /**
   * Terminates the worker at once; what it was asked fails with `error`, but for the pictures behind what it was busy with: those
   * have done nothing. Its memory is given back.
   */
  end(error: DmlError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#worker.terminate();
    let isBehind = false;
    for (const { type, reject } of this.#pending.values()) {
      reject(isBehind && type === "run" ? overOther(error) : error);
      isBehind ||= type !== "setGallery"; // which waits for nothing
    }
    this.#pending.clear();
    this.#options.onEnd(this);
  }

  /** How it died is for the log of this host only: users read the error. */
  #died(how: string): void {
    this.#options.log.error("A worker died.", { how });
    this.end(new DmlError("worker_died", "The worker that had the picture died."));
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
    if (message.type === "assetWanted") {
      void this.#deliver(message.name);
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

/** Why a picture was not looked at whose worker ended over what was before it. */
function overOther(error: DmlError): DmlError {
  if (error.code === "shutting_down") return error;
  return new DmlError("attempt_failed", "Its worker ended over what it was at before it.", { cause: error });
}
