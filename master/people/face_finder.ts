import type { Digest } from "../../protocol/kernel/digest.ts";
import type { Person } from "../../protocol/messages/prediction.ts";

/** The faces of one picture. */
export interface FoundFaces {
  /** Best score first, each with embedding, quality and, when they were asked for, crop. */
  readonly persons: readonly Person[];
  /** The model file that made the embeddings. */
  readonly embedder: Digest;
}

/** What finds faces: the cluster. Adapters: the master's own predictions; fakes in tests. */
export interface FaceFinder {
  /** The embedder of the model that is asked now. Throws `model_unknown` when none is served. */
  embedder(): Digest;
  /**
   * Looks for faces, and who they are when `gallery` is one that is in force. Throws what a prediction throws.
   */
  find(
    picture: Uint8Array<ArrayBuffer>,
    options: { gallery: string | null; crops: boolean; signal?: AbortSignal },
  ): Promise<FoundFaces>;
  /** The bytes of a crop that {@linkcode FaceFinder.find} told of. Throws `blob_not_found` after a while. */
  readCrop(digest: Digest): Promise<Uint8Array<ArrayBuffer>>;
}
