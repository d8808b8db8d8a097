import type { Digest } from "../../protocol/kernel/digest.ts";
import type { GalleryOffer, GalleryRetire } from "../../protocol/messages/gallery.ts";
import type { ModelOffer, ModelRetire } from "../../protocol/messages/model.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { BlobReference, TaskAssign, TaskCancel, TaskResult } from "../../protocol/messages/task.ts";
import type { Action } from "./plan.ts";
import type { AttemptKey, Failure } from "./state.ts";

/** Messages of the master that change what the node holds or runs. */
export type Instruction = ModelOffer | ModelRetire | GalleryOffer | GalleryRetire | TaskAssign | TaskCancel;

/** References, by digest and size, to the pictures that belong to an answer. */
export interface PictureNames {
  readonly annotated: TaskResult["annotated"];
  /**
   * The cropped face of each person, in the order of the prediction; empty if no crops were
   * requested.
   */
  readonly crops: readonly BlobReference[];
  /** The elements of the packed tensors; absent if there are none. */
  readonly tensors?: BlobReference;
}

/** Everything that can happen to a node. Events are facts, so their names are in the past tense. */
export type NodeEvent =
  | { readonly kind: "instructed"; readonly instruction: Instruction }
  /** A master has accepted this node. */
  | { readonly kind: "connected" }
  /** The connection is lost; the master reassigns its attempts to other nodes. */
  | { readonly kind: "disconnected" }
  | { readonly kind: "drainChanged"; readonly draining: boolean }
  /** An admin wants every model to be loaded and measured anew. */
  | { readonly kind: "reloadAsked" }
  /** Only time has passed. */
  | { readonly kind: "ticked" }
  /** The executor has started an action of the plan. */
  | { readonly kind: "begun"; readonly action: Action }
  | {
    readonly kind: "modelFetched";
    readonly manifestDigest: Digest;
    readonly fetchedBytes: number;
  }
  | {
    readonly kind: "modelLoaded";
    readonly manifestDigest: Digest;
    readonly imagesPerSecond: number;
    readonly warmUpMs: number;
    /** Memory of one worker with this model, in bytes; absent if it was not measured. */
    readonly memoryBytes?: number;
    /** Bytes that were fetched again to replace files found damaged on this node. */
    readonly refetchedBytes?: number;
  }
  | { readonly kind: "modelFailed"; readonly manifestDigest: Digest; readonly failure: Failure }
  | { readonly kind: "modelUnloaded"; readonly manifestDigest: Digest }
  /** Every worker now uses this version of the gallery. */
  | { readonly kind: "galleryTaken"; readonly offer: GalleryOffer; readonly fetchedBytes: number }
  | { readonly kind: "galleryFailed"; readonly offer: GalleryOffer; readonly failure: Failure }
  | { readonly kind: "galleryDropped"; readonly gallery: string }
  | { readonly kind: "imageFetched"; readonly key: AttemptKey }
  | {
    readonly kind: "attemptRan";
    readonly key: AttemptKey;
    readonly prediction: Prediction;
    readonly serviceMs: number;
    /** True if the answer has pictures to upload: the annotated picture or cropped faces. */
    readonly hasPictures: boolean;
  }
  /** The upload of the attempt's pictures, with these references, has started. */
  | ({ readonly kind: "picturesNamed"; readonly key: AttemptKey } & PictureNames)
  /** The pictures have reached the master, or were sent on the control connection. */
  | { readonly kind: "attemptUploaded"; readonly key: AttemptKey }
  | { readonly kind: "attemptFailed"; readonly key: AttemptKey; readonly failure: Failure };
