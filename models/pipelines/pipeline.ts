import type { findingFields } from "../../protocol/messages/finding.ts";
import type { FaceQuality, Person, Prediction, Timings } from "../../protocol/messages/prediction.ts";
import type { Manifest } from "../manifest.ts";
import type { Picture } from "../image/picture.ts";
import type { ModelSession } from "../tensor.ts";

/** What a pipeline of one of the other tasks found in one picture. */
export type Found = Pick<Prediction, keyof typeof findingFields>;

/** What a pipeline found in one picture, and how long its own parts took. */
export interface Finding extends Found {
  readonly persons: Person[];
  readonly timings: Pick<Timings, "prepareMs" | "inferMs" | "interpretMs">;
}

/** What a gallery says of one face. */
export type RecognisedFace = Pick<Person, "name" | "similarity" | "recognition" | "candidates">;

/** The people whom a pipeline compares faces with. */
export interface FaceGallery {
  /** Who it is, by an embedding of length one. */
  recognise(embedding: Float32Array, quality: FaceQuality): RecognisedFace;
}

/** What is wanted of a picture. */
export interface RecognizeOptions {
  readonly embeddings: boolean;
  /** Whom to compare faces with; nobody when it is left out. */
  readonly gallery?: FaceGallery | null;
  /** Measure how much of each face there is; it is measured anyway where faces are compared or embedded. */
  readonly quality?: boolean;
}

/** A model with its model files loaded. */
export interface Pipeline {
  /** False for a pipeline that is given no picture. */
  readonly needsPicture: boolean;
  /** Looks at `picture` (null exactly when `needsPicture` is false). */
  recognize(
    picture: Picture | null,
    options: RecognizeOptions,
  ): Promise<Finding>;
  /**
   * Looks at a request that is no picture, or gives null because it is one. Only pipelines that take tensors have this.
   * Throws `tensor_invalid` when it is neither.
   */
  recognizeTensors?(body: Uint8Array<ArrayBuffer>): Promise<Finding> | null;
  /** Runs every model file as one typical picture would, whatever is in `picture`; the first runs are slow, so do this before serving. */
  warmUp(picture: Picture): Promise<void>;
}

/** Model files by role. */
export type ModelSessions = Readonly<Record<string, ModelSession>>;

/** What every pipeline is told beside its manifest and model files. */
export interface PipelineOptions {
  /** Milliseconds on a monotonic clock, for the timings. */
  readonly nowMs: () => number;
}

/** Makes a pipeline of its manifest; throws `model_invalid` when a model file that it needs is missing. */
export type PipelineFactory<Name extends Manifest["pipeline"]> = (
  manifest: Extract<Manifest, { pipeline: Name }>,
  sessions: ModelSessions,
  options: PipelineOptions,
) => Pipeline;
