import type { findingFields } from "../../protocol/messages/finding.ts";
import type { Person, Prediction, Timings } from "../../protocol/messages/prediction.ts";
import type { Manifest } from "../manifest.ts";
import type { Picture } from "../image/picture.ts";
import type { LayerSession } from "../tensor.ts";

/** What a pipeline of one of the other tasks found in one picture. */
export type Found = Pick<Prediction, keyof typeof findingFields>;

/** What a pipeline found in one picture, and how long its own parts took. */
export interface Finding extends Found {
  readonly persons: Person[];
  readonly timings: Pick<Timings, "prepareMs" | "inferMs" | "interpretMs">;
}

/** A recognizer with its layers loaded. */
export interface Pipeline {
  /** False for a pipeline that is given no picture. */
  readonly needsPicture: boolean;
  /** Looks at `picture` (null exactly when `needsPicture` is false). */
  recognize(
    picture: Picture | null,
    options: { embeddings: boolean },
  ): Promise<Finding>;
  /**
   * Looks at a request that is no picture, or gives null because it is one. Only pipelines that take tensors have this.
   * Throws `tensor_invalid` when it is neither.
   */
  recognizeTensors?(body: Uint8Array<ArrayBuffer>): Promise<Finding> | null;
  /** Runs every layer as one typical picture would, whatever is in `picture`; the first runs are slow, so do this before serving. */
  warmUp(picture: Picture): Promise<void>;
}

/** Layers by role. */
export type Layers = Readonly<Record<string, LayerSession>>;

/** What every pipeline is told beside its manifest and layers. */
export interface PipelineOptions {
  /** Milliseconds on a monotonic clock, for the timings. */
  readonly nowMs: () => number;
}

/** Makes a pipeline of its manifest; throws `recognizer_invalid` when a layer that it needs is missing. */
export type PipelineFactory<Name extends Manifest["pipeline"]> = (
  manifest: Extract<Manifest, { pipeline: Name }>,
  layers: Layers,
  options: PipelineOptions,
) => Pipeline;
