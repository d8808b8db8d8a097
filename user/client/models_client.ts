import type { ModelAdded, ModelDetail, ModelListing } from "../../protocol/http_api/api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";

/** A callback for progress: bytes transferred so far, and in total. */
export type OnBytes = (doneBytes: number, totalBytes: number) => void;

/** Client for the models of a master. Every method throws `DmlError`. */
export interface ModelsClient {
  /** URL of the master, for messages. */
  readonly label: string;
  list(): Promise<ModelListing[]>;
  /** Throws `model_unknown`. */
  show(name: string): Promise<ModelDetail>;
  /** Reads and verifies a file of a model. Throws `blob_not_found`. */
  read(digest: Digest, onBytes?: OnBytes): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Uploads a file, so that a manifest can name it. Resumes an interrupted upload, and transfers
   * nothing if the master has the file.
   */
  put(digest: Digest, bytes: Uint8Array<ArrayBuffer>, onBytes?: OnBytes): Promise<void>;
  /** Adds the model of a manifest whose files were uploaded; the master then serves it. */
  add(manifest: Uint8Array<ArrayBuffer>): Promise<ModelAdded>;
  close(): Promise<void>;
}
