/**
 * Messages between the pool and its workers. They are sent in batches, because an event between
 * threads costs as much as a small task. Both sides are of one build and one process, so these are
 * types, not schemas.
 */
import type { AssetName } from "../../models/assets.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";
import type { EngineResult, ModelFiles } from "./engine.ts";

/** A model in the form in which it is sent to a worker; `name` is `name@version`. */
export interface LoadableModel {
  readonly name: string;
  readonly manifest: Manifest;
  readonly files: ModelFiles;
  /** False if the model counts as loaded before it has run. */
  readonly warmUp?: boolean;
}

/** Requests to a worker. It handles one after the other and replies to each with the same `id`. */
export type WorkerRequest =
  /** Say that you are there. If `patchesEngine` is false the engine is used as it was built. */
  | { readonly type: "start"; readonly id: number; readonly patchesEngine: boolean }
  /** Load a model and warm it up; the buffers of the model files are transferred. */
  | ({ readonly type: "load"; readonly id: number; readonly manifestDigest: string } & LoadableModel)
  /** Measures the speed of a loaded model. */
  | { readonly type: "measure"; readonly id: number; readonly manifestDigest: string }
  | { readonly type: "unload"; readonly id: number; readonly manifestDigest: string }
  /**
   * Compares faces with this gallery from now on; `null` removes it. Handled ahead of the queue and
   * answered once no running picture uses the version before.
   */
  | { readonly type: "setGallery"; readonly id: number; readonly name: string; readonly view: GalleryView | null }
  /** Runs one picture (`null` if the pipeline needs none), whose buffer is transferred. */
  | ({
    readonly type: "run";
    readonly id: number;
    readonly manifestDigest: string;
    readonly image: Uint8Array<ArrayBuffer> | null;
  } & TaskOptions);

/**
 * Messages to a worker beside requests, at any time: a requested file, or the reason why it is
 * missing.
 */
export type AssetDelivery =
  | { readonly type: "asset"; readonly name: AssetName; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "assetMissing"; readonly name: AssetName; readonly reason: string };

export type ToWorker = WorkerRequest | AssetDelivery;

/** Replies to requests. */
export type WorkerReply =
  | { readonly type: "started"; readonly id: number }
  | { readonly type: "loaded"; readonly id: number }
  | { readonly type: "measured"; readonly id: number; readonly imagesPerSecond: number }
  | { readonly type: "unloaded"; readonly id: number }
  | { readonly type: "gallerySet"; readonly id: number }
  /** The buffers of all pictures are transferred. */
  | ({ readonly type: "ran"; readonly id: number } & EngineResult)
  | { readonly type: "failed"; readonly id: number; readonly code: ErrorCode; readonly reason: string };

/** What a worker says: answers, which file it needs to go on, and that the engine's patch fits another engine. */
export type FromWorker =
  | WorkerReply
  | { readonly type: "assetWanted"; readonly name: AssetName }
  | { readonly type: "enginePatchSkipped" };

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

/** A request without its `id`. */
export type WorkerAsk = WithoutId<WorkerRequest>;

/** The reply to each type of request, unless it is `failed`. */
export interface ReplyTo {
  readonly start: Extract<WorkerReply, { type: "started" }>;
  readonly load: Extract<WorkerReply, { type: "loaded" }>;
  readonly measure: Extract<WorkerReply, { type: "measured" }>;
  readonly setGallery: Extract<WorkerReply, { type: "gallerySet" }>;
  readonly unload: Extract<WorkerReply, { type: "unloaded" }>;
  readonly run: Extract<WorkerReply, { type: "ran" }>;
}
