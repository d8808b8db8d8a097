import type { AssetName } from "../../models/assets.ts";
import { clip } from "../../protocol/kernel/clip.ts";
import { SYSTEM_CLOCK } from "../../protocol/kernel/clock.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { EngineResult } from "./engine.ts";
import { ModelHost } from "./model_host.ts";
import { patchedAssets } from "./patches/patched_assets.ts";
import type { AssetDelivery, FromWorker, Resident, ToWorker, WorkerReply, WorkerRequest } from "./worker_protocol.ts";

type Queued = Exclude<WorkerRequest, { type: "setGallery" }>;

/** Sends messages to the pool; the buffers in `transfer` are no longer needed here. */
export type PostToPool = (messages: FromWorker[], transfer: ArrayBuffer[]) => void;

/** The inside of a worker: takes the messages of the pool and answers its requests. */
export class WorkerRequests {
  readonly #postToPool: PostToPool;
  readonly #host: ModelHost;
  readonly #wanted = new Map<AssetName, PromiseWithResolvers<Uint8Array<ArrayBuffer>>>();
  readonly #queue: Queued[] = [];
  /** False if the patch of the engine is turned off; set by the `start` request. */
  #patchesEngine = true;
  /** Limit of the memory of this process, in bytes; `null` if there is none. */
  #memoryBytes: number | null = null;
  /** Ids of `setGallery` requests that are answered after the running picture. */
  readonly #gallerySets: number[] = [];
  /**
   * Replies that are held back and posted together with those of the next tasks, because these take
   * almost no time.
   */
  readonly #unsent: FromWorker[] = [];
  #isWorking = false;
  #isRunning = false;

  constructor(postToPool: PostToPool) {
    this.#postToPool = postToPool;
    const request = (name: AssetName) => this.#requestAsset(name);
    const patched = patchedAssets(request, { onSkipped: () => this.#post({ type: "enginePatchSkipped" }, []) });
    this.#host = new ModelHost({
      assets: (name) => (this.#patchesEngine ? patched : request)(name),
      nowMs: SYSTEM_CLOCK.nowMs,
      freeBytes: () => this.#memoryBytes === null ? Infinity : this.#memoryBytes - Deno.memoryUsage().rss,
    });
  }

  /** Takes messages of the pool. */
  take(messages: readonly ToWorker[]): void {
    for (const message of messages) this.#take(message);
    if (!this.#isWorking) void this.#work();
  }

  #take(message: ToWorker): void {
    if (message.type === "asset" || message.type === "assetMissing") this.#takeAsset(message);
    else if (message.type === "setGallery") this.#setGallery(message);
    else this.#queue.push(message);
  }

  /**
   * Sets a gallery at once, ahead of all queued requests. The reply waits for the running picture,
   * which still uses the previous version.
   */
  #setGallery({ id, name, view }: Extract<WorkerRequest, { type: "setGallery" }>): void {
    this.#host.setGallery(name, view);
    if (this.#isRunning) this.#gallerySets.push(id);
    else this.#post({ type: "gallerySet", id }, []);
  }

  /** Handles one request after the other, because the pipelines run one picture at a time. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let request = this.#queue.shift(); request !== undefined; request = this.#queue.shift()) {
      this.#isRunning = request.type === "run";
      const reply = await this.#answer(request);
      this.#isRunning = false;
      const transfer = reply.type === "ran" ? buffersOf(reply) : [];
      const [next] = this.#queue;
      const isFollowedAtOnce = next?.type === "run" && next.image === null && transfer.length === 0;
      if (isFollowedAtOnce) this.#unsent.push(reply);
      else this.#post(reply, transfer);
      for (const id of this.#gallerySets.splice(0)) this.#post({ type: "gallerySet", id }, []);
    }
    this.#isWorking = false;
  }

  async #answer(request: Queued): Promise<WorkerReply> {
    const host = this.#host;
    const { id } = request;
    const before = this.#resident(0)?.bytes ?? 0;
    try {
      switch (request.type) {
        case "start":
          this.#patchesEngine = request.patchesEngine;
          this.#memoryBytes = request.memoryBytes;
          return { type: "started", id, resident: this.#resident(before) };
        case "load":
          await host.load(request.manifestDigest, request);
          return { type: "loaded", id, resident: this.#resident(before) };
        case "measure":
          return { type: "measured", id, ...await host.measure(request.manifestDigest) };
        case "unload":
          await host.unload(request.manifestDigest);
          return { type: "unloaded", id, resident: this.#resident(before) };
        case "run":
          return { type: "ran", id, ...await host.run(request.manifestDigest, request.image, request) };
      }
    } catch (error) {
      const { code, message } = asDmlError(error);
      return { type: "failed", id, code, reason: clip(message, LIMITS.reasonCharactersMax) };
    }
  }

  /** Returns the memory of this process after a request that began with `before`; `null` in a thread. */
  #resident(before: number): Resident | null {
    if (this.#memoryBytes === null) return null;
    const bytes = Deno.memoryUsage().rss;
    return { bytes, grownBytes: Math.max(0, bytes - before) };
  }

  #requestAsset(name: AssetName): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.#wanted.get(name);
    if (known !== undefined) return known.promise;
    const pending = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    this.#wanted.set(name, pending);
    this.#post({ type: "assetRequested", name }, []);
    return pending.promise;
  }

  /** Passes a file to the callers that requested it, and keeps no reference to it. */
  #takeAsset(delivery: AssetDelivery): void {
    const pending = this.#wanted.get(delivery.name);
    this.#wanted.delete(delivery.name);
    if (delivery.type === "asset") pending?.resolve(delivery.bytes);
    else pending?.reject(new DmlError("assets_missing", delivery.reason));
  }

  #post(message: FromWorker, transfer: ArrayBuffer[]): void {
    this.#postToPool([...this.#unsent.splice(0), message], transfer);
  }
}

function buffersOf({ annotated, crops, tensorBytes }: EngineResult): ArrayBuffer[] {
  return [annotated ?? [], crops, tensorBytes ?? []].flat().map(({ buffer }) => buffer);
}
