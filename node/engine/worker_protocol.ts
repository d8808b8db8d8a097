/**
 * What the pool and its workers say to each other, several at a time: an event from one thread to the other costs as much as a small
 * task. Both are of one build and one process, so these are types, not schemas.
 */
import type { AssetName } from "../../models/assets.ts";
import type { GalleryView } from "../../models/gallery/gallery_view.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { ErrorCode } from "../../protocol/kernel/errors.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";
import type { EngineResult, ModelFiles } from "./engine.ts";

/** A model as a worker is given it: its name and version, its manifest, and its model files by role. */
export interface LoadableModel {
  readonly name: string;
  readonly manifest: Manifest;
  readonly files: ModelFiles;
  /** False: it is called loaded before it has run. */
  readonly warmUp?: boolean;
}

/** What a worker is asked for; it does one thing after the other and answers each with the same `id`. */
export type WorkerRequest =
  /** Say that you are there. */
  | { readonly type: "start"; readonly id: number }
  /** Load a model and warm it up; the buffers of the model files are transferred. */
  | ({ readonly type: "load"; readonly id: number; readonly manifestDigest: string } & LoadableModel)
  /** How long one picture takes with a model that is loaded. */
  | { readonly type: "measure"; readonly id: number; readonly manifestDigest: string }
  | { readonly type: "unload"; readonly id: number; readonly manifestDigest: string }
  /** Compare faces with these people from now on, with nobody when it is null; answered when no picture is looked at with those before. */
  | { readonly type: "setGallery"; readonly id: number; readonly name: string; readonly view: GalleryView | null }
  /** Look at one picture (null where the pipeline needs none), whose buffer is transferred. */
  | ({
    readonly type: "run";
    readonly id: number;
    readonly manifestDigest: string;
    readonly image: Uint8Array<ArrayBuffer> | null;
  } & TaskOptions);

/** What a worker gets beside requests, at any time: a file it asked for, or why there is none. */
export type AssetDelivery =
  | { readonly type: "asset"; readonly name: AssetName; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "assetMissing"; readonly name: AssetName; readonly reason: string };

export type ToWorker = WorkerRequest | AssetDelivery;

/** The answer to a request. */
export type WorkerReply =
  | { readonly type: "started"; readonly id: number }
  | { readonly type: "loaded"; readonly id: number }
  | { readonly type: "measured"; readonly id: number; readonly imagesPerSecond: number }
  | { readonly type: "unloaded"; readonly id: number }
  | { readonly type: "gallerySet"; readonly id: number }
  /** The buffers of all pictures are transferred. */
  | ({ readonly type: "ran"; readonly id: number } & EngineResult)
  | { readonly type: "failed"; readonly id: number; readonly code: ErrorCode; readonly reason: string };

/** What a worker says: answers, and which file it needs to go on. */
export type FromWorker = WorkerReply | { readonly type: "assetWanted"; readonly name: AssetName };

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

/** A request that has not been numbered yet. */
export type WorkerAsk = WithoutId<WorkerRequest>;

/** The reply to each kind of request, when it is not `failed`. */
export interface ReplyTo {
  readonly start: Extract<WorkerReply, { type: "started" }>;
  readonly load: Extract<WorkerReply, { type: "loaded" }>;
  readonly measure: Extract<WorkerReply, { type: "measured" }>;
  readonly setGallery: Extract<WorkerReply, { type: "gallerySet" }>;
  readonly unload: Extract<WorkerReply, { type: "unloaded" }>;
  readonly run: Extract<WorkerReply, { type: "ran" }>;
}
