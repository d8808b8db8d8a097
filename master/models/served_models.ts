import { parseModelName } from "../../models/name.ts";
import type { RegisteredModel } from "../../models/registry.ts";
import type { BlobStore } from "../../protocol/ports/blob_store.ts";
import type { ModelListing } from "../../protocol/http_api/api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { MasterState } from "../core/state/state.ts";
import { listModels, listNodes } from "../http/listings.ts";
import type { ModelImport } from "./model_import.ts";
import type { ModelStore } from "./model_store.ts";
import { resolveModel } from "./resolve_model.ts";
import type { Versions } from "./versions.ts";

export interface ServedModelsOptions {
  /** The state of the master; it is only read here. */
  readonly state: MasterState;
  readonly models: ModelStore;
  readonly versions: Pick<Versions, "remove" | "removedOf">;
  readonly modelImport: Pick<ModelImport, "add">;
  readonly durable: Pick<BlobStore, "read">;
}

/** The models of a master as a repository: which there are, in and out of service. */
export class ServedModels {
  readonly #options: ServedModelsOptions;

  constructor(options: ServedModelsOptions) {
    this.#options = options;
  }

  list(): ModelListing[] {
    return listModels(this.#options.state, this.#options.models.list());
  }

  /** Returns the model that a name such as `faces` or `faces@1` means. Throws `model_unknown`. */
  find(name: string): RegisteredModel {
    return resolveModel(this.#options.state, this.#options.models, name).model;
  }

  /** Returns the versions of a model, the oldest first. */
  versionsOf(name: string): number[] {
    const named = this.list().map((model) => parseModelName(model.name)).filter((one) => one.name === name);
    return named.map(({ version }) => version ?? 0).sort((one, other) => one - other);
  }

  /** Returns true if a node can run the model `name@version`. */
  isReady(name: string): boolean {
    return this.list().some((model) => model.name === name && model.readyNodes > 0);
  }

  /** Returns true if a node is connected and takes work. */
  hasReadyNode(): boolean {
    return listNodes(this.#options.state).some(({ state }) => state === "ready");
  }

  /**
   * Takes a model into service again that was removed: the version that is named, or the newest.
   * Does nothing if it is served. Throws `model_unknown`, or `blob_not_found` if its files are gone.
   */
  async restore(text: string): Promise<void> {
    const { versions, modelImport, durable } = this.#options;
    const { name, version } = parseModelName(text);
    const served = this.versionsOf(name);
    if (version === null ? served.length > 0 : served.includes(version)) return;
    const [removed] = versions.removedOf({ name, version });
    if (removed === undefined) {
      throw new DmlError("model_unknown", `There is no model ${text} that could be loaded.`, {
        advice: "Add it with `dml models add FILE`.",
      });
    }
    await modelImport.add(await durable.read(removed.digest));
  }

  /** Takes all versions of a model out of service, or the one that is named; see {@linkcode Versions.remove}. */
  async remove(text: string): Promise<void> {
    await this.#options.versions.remove(parseModelName(text));
  }
}
