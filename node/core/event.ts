import type { Digest } from "../../protocol/kernel/digest.ts";
import type { GalleryOffer, GalleryRetire } from "../../protocol/messages/gallery.ts";
import type { ModelOffer, ModelRetire } from "../../protocol/messages/model.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { BlobReference, TaskAssign, TaskCancel, TaskResult } from "../../protocol/messages/task.ts";
import type { Action } from "./plan.ts";
import type { AttemptKey, Failure } from "./state.ts";

/** Orders of the master that change what the node holds. */
export type Instruction = ModelOffer | ModelRetire | GalleryOffer | GalleryRetire | TaskAssign | TaskCancel;

/** What the pictures of an answer are called. */
export interface PictureNames {
  readonly annotated: TaskResult["annotated"];
  /** The face of each person of the prediction, in its order; none when they were not asked for. */
  readonly crops: readonly BlobReference[];
}

/** What can happen to a node. Facts, so in the past tense. */
export type NodeEvent =
  | { readonly kind: "instructed"; readonly instruction: Instruction }
  /** A master has taken this node in. */
  | { readonly kind: "connected"; readonly protocol: number }
  /** The connection is gone; its attempts are the master's to give to others. */
  | { readonly kind: "disconnected" }
  | { readonly kind: "drainChanged"; readonly draining: boolean }
  /** Nothing but the time changed. */
  | { readonly kind: "ticked" }
  /** The executor has begun what the plan asked for. */
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
    /** What moved in place of files that had been damaged here. */
    readonly refetchedBytes?: number;
  }
  | { readonly kind: "modelFailed"; readonly manifestDigest: Digest; readonly failure: Failure }
  | { readonly kind: "modelUnloaded"; readonly manifestDigest: Digest }
  /** A version is in force in every worker. */
  | { readonly kind: "galleryTaken"; readonly offer: GalleryOffer; readonly fetchedBytes: number }
  | { readonly kind: "galleryFailed"; readonly offer: GalleryOffer; readonly failure: Failure }
  | { readonly kind: "galleryDropped"; readonly gallery: string }
  | { readonly kind: "imageFetched"; readonly key: AttemptKey }
  | {
    readonly kind: "attemptRan";
    readonly key: AttemptKey;
    readonly prediction: Prediction;
    readonly serviceMs: number;
    /** Whether there are pictures to be sent too: the annotated one, or those of faces. */
    readonly hasPictures: boolean;
  }
  /** Its pictures are on their way to the master under these names. */
  | ({ readonly kind: "picturesNamed"; readonly key: AttemptKey } & PictureNames)
  /** They are with the master. */
  | ({ readonly kind: "attemptUploaded"; readonly key: AttemptKey } & PictureNames)
  | { readonly kind: "attemptFailed"; readonly key: AttemptKey; readonly failure: Failure };
