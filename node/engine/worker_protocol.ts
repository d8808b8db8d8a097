/**
 * Messages between the pool and its workers. They are posted in batches, because an event between
 * threads costs as much as a small task. Both sides belong to the same build and process, so these
 * are types, not schemas.
 */
import type { AssetName } from "../../models/assets.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";
import type { EngineResult, LoadedModel, ModelFiles } from "./engine.ts";

/** A model as it is sent to a worker: name and version, manifest, and model files by role. */
export interface LoadableModel {
  readonly name: string;
  readonly manifest: Manifest;
  readonly files: ModelFiles;
  /** False to skip running it once before it counts as loaded. */
  readonly warmUp?: boolean;
}

/** Settings that a worker starts with. */
export interface WorkerSettings {
  /** False if the patch of the inference engine is turned off. */
  readonly patchesEngine: boolean;
  /** Limit of the worker's memory, in bytes; `null` for a thread. */
  readonly memoryBytes: number | null;
}

/**
 * A request to a worker. A worker handles one after the other and replies to each with the same
 * `id`.
 */
export type WorkerRequest =
  /** Reply that the worker is running. */
  | ({ readonly type: "start"; readonly id: number } & WorkerSettings)
  /** Load a model and warm it up; the buffers of the model files are transferred. */
  | ({ readonly type: "load"; readonly id: number; readonly manifestDigest: string } & LoadableModel)
  /** Measure the pictures per second of a loaded model. */
  | { readonly type: "measure"; readonly id: number; readonly manifestDigest: string }
  | { readonly type: "unload"; readonly id: number; readonly manifestDigest: string }
  /**
   * Compare faces with this version of a gallery from now on; with none if `view` is `null`. The
   * reply is sent once no running picture uses the previous version.
   */
  | { readonly type: "setGallery"; readonly id: number; readonly name: string; readonly view: GalleryView | null }
  /** Run a picture, whose buffer is transferred; `null` if the pipeline needs none. */
  | ({
    readonly type: "run";
    readonly id: number;
    readonly manifestDigest: string;
    readonly image: Uint8Array<ArrayBuffer> | null;
  } & TaskOptions);

/** An asset file that a worker requested, or the reason why it is not available. */
export type AssetDelivery =
  | { readonly type: "asset"; readonly name: AssetName; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "assetMissing"; readonly name: AssetName; readonly reason: string };

export type ToWorker = WorkerRequest | AssetDelivery;

/** Memory of a worker process, in bytes. */
export interface Resident {
  readonly bytes: number;
  /** Growth during the request. */
  readonly grownBytes: number;
}

/** Replies to requests. `resident` is `null` from a thread. */
export type WorkerReply =
  | { readonly type: "started"; readonly id: number; readonly resident: Resident | null }
  | { readonly type: "loaded"; readonly id: number; readonly resident: Resident | null }
  | ({ readonly type: "measured"; readonly id: number } & Omit<LoadedModel, "memoryBytes">)
  | { readonly type: "unloaded"; readonly id: number; readonly resident: Resident | null }
  | { readonly type: "gallerySet"; readonly id: number }
  /** The buffers of all pictures are transferred. */
  | ({ readonly type: "ran"; readonly id: number } & EngineResult)
  | { readonly type: "failed"; readonly id: number; readonly code: ErrorCode; readonly reason: string };

/**
 * A message of a worker: a reply, a request for an asset file, or a notice that the patch does not
 * fit the engine.
 */
export type FromWorker =
  | WorkerReply
  | { readonly type: "assetRequested"; readonly name: AssetName }
  | { readonly type: "enginePatchSkipped" };

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

/** A request without its `id`. */
export type WorkerRequestBody = WithoutId<WorkerRequest>;

/** The reply to each type of request, unless it is `failed`. */
export interface ReplyTo {
  readonly start: Extract<WorkerReply, { type: "started" }>;
  readonly load: Extract<WorkerReply, { type: "loaded" }>;
  readonly measure: Extract<WorkerReply, { type: "measured" }>;
  readonly setGallery: Extract<WorkerReply, { type: "gallerySet" }>;
  readonly unload: Extract<WorkerReply, { type: "unloaded" }>;
  readonly run: Extract<WorkerReply, { type: "ran" }>;
}
