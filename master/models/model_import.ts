import { decodeManifest, encodeManifest, type Manifest, modelName } from "../../models/manifest.ts";
import { parseModelName } from "../../models/name.ts";
import type { ModelAdded, ModelDetail } from "../../protocol/http_api/api.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { ModelFileUploads } from "./model_file_uploads.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import type { MasterState } from "../core/state/state.ts";
import { placementOf } from "../core/reports/placement.ts";
import { listModels, statusesOf } from "../http/listings.ts";
import type { PendingCommands } from "../turn/pending_commands.ts";
import type { ModelStore } from "./model_store.ts";

/** Time without a new piece after which the reception of a model file is closed. */
const UPLOAD_IDLE_MS = 30_000;

export interface ModelImportOptions {
  /** The state of the master; it is only read here. */
  readonly state: MasterState;
  readonly models: ModelStore;
  /** Store of the files. */
  readonly durable: BlobStore;
  readonly pendingCommands: Pick<PendingCommands, "submit">;
}

/** Adds models to a running master, and shows their status on the nodes. */
export class ModelImport {
  /** Receptions of model files. */
  readonly uploads: ModelFileUploads;
  readonly #options: ModelImportOptions;

  constructor(options: ModelImportOptions) {
    this.#options = options;
    this.uploads = new ModelFileUploads({
      durable: options.durable,
      receptionsMax: LIMITS.modelFilePiecesMax,
      idleMs: UPLOAD_IDLE_MS,
      unusedKeptMs: LIMITS.unusedModelFileKeptMs,
    });
  }

  /**
   * Serves the model of a manifest, whose files must be here already, and offers it to every
   * suitable node. Throws `model_invalid` (also if another model has its version),
   * `blob_not_found`, naming the file, or `disk_full`.
   */
  async add(bytes: Uint8Array): Promise<ModelAdded> {
    const { models, state } = this.#options;
    const document = decodeManifest(bytes);
    const manifest = encodeManifest(document);
    const isNew = !state.models.has(manifest.digest);
    await models.register(document);
    if (isNew) await this.#register(document, { digest: manifest.digest, size: manifest.bytes.length });
    return { name: modelName(document), manifestDigest: manifest.digest, isNew };
  }

  /**
   * Registers the model; it is in the ledger once this resolves. If that fails, the model is
   * removed again, unless it comes with dml, so that it cannot be requested either.
   */
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

  /** Returns one model and its status on each connected node. Throws `model_unknown`. */
  show(name: string): ModelDetail {
    const { models, state } = this.#options;
    const { digest } = models.resolve(name);
    const model = listModels(state, models.list()).find(({ manifestDigest }) => manifestDigest === digest);
    if (model === undefined) throw new DmlError("model_unknown", `${name} is not served yet.`);
    const served = state.models.get(digest);
    return {
      model,
      nodes: statusesOf(state, digest),
      placement: served === undefined ? [] : placementOf(state, served),
      labels: [...state.fleet.bindings.get(parseModelName(name).name) ?? []],
    };
  }
}
