import type { EmbedderThresholds } from "../../models/manifest/face_files.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Person } from "../../protocol/messages/prediction.ts";

/** The faces of one picture. */
export interface FoundFaces {
  /** From left to right, each with its embedding, its quality and, if requested, its crop. */
  readonly persons: readonly Person[];
  /** Digest of the model file that made the embeddings. */
  readonly embedder: Digest;
}

/**
 * Port that finds the faces of pictures. Adapters: the master's own predictions; fakes in tests.
 */
export interface FaceFinder {
  /** Returns the embedder of the current model. Throws `model_unknown` if none is served. */
  embedder(): Digest;
  /**
   * Returns the thresholds that the manifest of the current model has for `embedder`; `null` if it
   * has none, or if the model has another embedder.
   */
  thresholdsOf(embedder: Digest): EmbedderThresholds | null;
  /**
   * Finds the faces of a picture and, if `gallery` names one that is in force, recognises them;
   * with `anyAngle` also those that are turned, whose crops are upright.
   * Throws every error that a prediction throws.
   */
  find(
    picture: Uint8Array<ArrayBuffer>,
    options: { gallery: string | null; crops: boolean; anyAngle?: boolean; signal?: AbortSignal },
  ): Promise<FoundFaces>;
  /**
   * Returns the bytes of a crop that {@linkcode FaceFinder.find} returned. Throws `blob_not_found`
   * once the crop has expired.
   */
  readCrop(digest: Digest): Promise<Uint8Array<ArrayBuffer>>;
}
