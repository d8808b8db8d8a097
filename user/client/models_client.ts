import type { ModelAdded, ModelDetail, ModelListing } from "../../protocol/http_api/api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";

/** Told how many bytes of how many have moved. */
export type OnBytes = (doneBytes: number, totalBytes: number) => void;

/** The models of a master, for who looks after them. Every method throws `DmlError`. */
export interface ModelsClient {
  /** For people: where it is. */
  readonly label: string;
  list(): Promise<ModelListing[]>;
  /** Throws `model_unknown`. */
  show(name: string): Promise<ModelDetail>;
  /** A file of a model, verified. Throws `blob_not_found`. */
  read(digest: Digest, onBytes?: OnBytes): Promise<Uint8Array<ArrayBuffer>>;
  /** Puts a file where a manifest may name it, going on where an earlier try left off; nothing moves when it is there. */
  put(digest: Digest, bytes: Uint8Array<ArrayBuffer>, onBytes?: OnBytes): Promise<void>;
  /** Serves the model of a manifest whose files were put. */
  add(manifest: Uint8Array<ArrayBuffer>): Promise<ModelAdded>;
  close(): Promise<void>;
}
