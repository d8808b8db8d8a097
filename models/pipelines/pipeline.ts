import type { findingFields } from "../../protocol/messages/finding.ts";
import type { FaceQuality, Note, Person, Prediction, Timings } from "../../protocol/messages/prediction.ts";
import type { Manifest } from "../manifest.ts";
import type { Picture } from "../image/picture.ts";
import type { ModelSession } from "../tensor.ts";

/** Result of interpreting the outputs of a model file, in all pipelines but `faces`. */
export type InterpretedOutputs = Pick<Prediction, keyof typeof findingFields>;

/** Result of a pipeline for one picture, and the time that each of its parts took. */
export interface PipelineResult extends InterpretedOutputs {
  readonly persons: Person[];
  /** Remarks on what was not looked at; absent if there are none. */
  readonly notes?: readonly Note[];
  /** The elements of the packed tensors, one tensor behind the other; absent if there are none. */
  readonly tensorBytes?: Uint8Array<ArrayBuffer>;
  readonly timings: Pick<Timings, "prepareMs" | "inferMs" | "interpretMs">;
}

/** Result of looking up one face in a gallery. */
export type RecognisedFace = Pick<Person, "name" | "similarity" | "recognition" | "candidates">;

/** Gallery of people with whom a pipeline compares faces. */
export interface FaceGallery {
  /** Identifies the face with this quality and this embedding, of length one. */
  recognise(embedding: Float32Array, quality: FaceQuality): RecognisedFace;
}

/** Options for the processing of one picture. */
export interface RecogniseOptions {
  readonly embeddings: boolean;
  /** Gallery to compare faces with; if it is null or absent, faces are not compared. */
  readonly gallery?: FaceGallery | null;
  /**
   * True to measure the quality of each face; it is always measured if faces are compared or
   * embedded.
   */
  readonly quality?: boolean;
  /**
   * True to look for faces that are turned by any angle. Pipelines that find no faces ignore it;
   * the master refuses such requests.
   */
  readonly anyAngle?: boolean;
  /**
   * True to look for small faces everywhere, which takes longer. Models without a plan for it ignore
   * it; the master refuses such requests.
   */
  readonly smallFaces?: boolean;
  /** True to keep those faces that are probably no human ones. */
  readonly keepDoubtful?: boolean;
  /** True to return tensors as bytes, not as values. Pipelines that return no tensors ignore it. */
  readonly packTensors?: boolean;
}

/** A model whose model files are loaded. */
export interface Pipeline {
  /** False if the pipeline takes no picture. */
  readonly needsPicture: boolean;
  /**
   * The length in pixels of the longer side of a picture from which on a larger one shows no more
   * to a pipeline that need not compare, embed or crop faces; absent if every pixel may count.
   */
  readonly sufficientSide?: number;
  /** Processes `picture`, which is null exactly if `needsPicture` is false. */
  recognise(
    picture: Picture | null,
    options: RecogniseOptions,
  ): Promise<PipelineResult>;
  /**
   * Processes a request body that holds tensors; returns null if the body is a picture. Only
   * pipelines that take tensors have this method. Throws `tensor_invalid` if the body is neither.
   */
  recogniseTensors?(
    body: Uint8Array<ArrayBuffer>,
    options?: Pick<RecogniseOptions, "packTensors">,
  ): Promise<PipelineResult> | null;
  /**
   * Runs every model file as a typical picture would, whatever `picture` shows. First runs are
   * slow, so do this before serving. A pipeline that cannot make an input which its model file takes
   * leaves it out.
   */
  warmUp(picture: Picture): Promise<void>;
  /** Reason why the model file was not run by the last warm-up; absent if it was. */
  readonly unwarmed?: string;
}

/** Sessions of the model files, keyed by role. */
export type ModelSessions = Readonly<Record<string, ModelSession>>;

/** Options that all pipelines take besides their manifest and model files. */
export interface PipelineOptions {
  /** Returns the time of a monotonic clock in milliseconds, for the timings. */
  readonly nowMs: () => number;
}

/**
 * Function that creates a pipeline from its manifest. Throws `model_invalid` if a required model
 * file is missing.
 */
export type PipelineFactory<Name extends Manifest["pipeline"]> = (
  manifest: Extract<Manifest, { pipeline: Name }>,
  sessions: ModelSessions,
  options: PipelineOptions,
) => Pipeline;
