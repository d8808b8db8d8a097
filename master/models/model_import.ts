import { decodeManifest, encodeManifest, type Manifest, modelName } from "../../models/manifest.ts";
import type { ModelAdded, ModelDetail } from "../../protocol/http_api/api.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { ModelFileUploads } from "./model_file_uploads.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { MasterState } from "../core/state/state.ts";
import { listModels, statusesOf } from "../http/listings.ts";
import type { PendingCommands } from "../turn/pending_commands.ts";
import type { ModelStore } from "./model_store.ts";

/** A model file of which no piece comes for this long is waited for no more. */
const UPLOAD_IDLE_MS = 30_000;

/** What {@linkcode ModelImport} works with. */
export interface ModelImportOptions {
  /** Read only. */
  readonly state: MasterState;
  readonly models: ModelStore;
  /** Where the files go. */
  readonly durable: BlobStore;
  readonly pendingCommands: Pick<PendingCommands, "submit">;
}

/** How a model gets to a running master, and what can be seen of it then. */
export class ModelImport {
  /** Files that are on their way. */
  readonly uploads: ModelFileUploads;
  readonly #options: ModelImportOptions;

  constructor(options: ModelImportOptions) {
    this.#options = options;
    this.uploads = new ModelFileUploads({
      durable: options.durable,
      receptionsMax: LIMITS.modelFilePiecesMax,
      idleMs: UPLOAD_IDLE_MS,
      sparedMs: LIMITS.modelFileSparedMs,
    });
  }

  /**
   * Serves the model of a manifest, whose files must be here: every node that can is offered it. Throws
   * `model_invalid` (also when its version is taken by another), `blob_not_found`, naming the file, or `disk_full`.
   */
  async add(bytes: Uint8Array): Promise<ModelAdded> {
    const { models, state } = this.#options;
    const document = decodeManifest(bytes);
    const manifest = encodeManifest(document);
    const isNew = !state.models.has(manifest.digest);
    await models.take(document);
    if (isNew) await this.#register(document, { digest: manifest.digest, size: manifest.bytes.length });
    return { name: modelName(document), manifestDigest: manifest.digest, isNew };
  }

  /** In the ledger before it is answered. What is not there cannot be asked for either, unless it comes with dml. */
  async #register(document: Manifest, manifest: BlobReference): Promise<void> {
    const { pendingCommands, models, state } = this.#options;
    try {
      await pendingCommands.submit((commandId) => ({ type: "register_model", commandId, manifest, document }));
    } catch (error) {
      const { digest } = manifest;
      if (!state.models.has(digest) && !models.isBuiltIn(digest)) models.remove(digest);
      throw error;
    }
  }

  /** One model and how each connected node stands to it. Throws `model_unknown`. */
  show(name: string): ModelDetail {
    const { models, state } = this.#options;
    const { digest } = models.resolve(name);
    const model = listModels(state, models.list()).find(({ manifestDigest }) => manifestDigest === digest);
    if (model === undefined) throw new DmlError("model_unknown", `${name} is not served yet.`);
    return { model, nodes: statusesOf(state, digest) };
  }
}
