import { parseModelName } from "../../models/name.ts";
import type { RegisteredModel } from "../../models/registry.ts";
import type { LabelChange, RequirementChange, RequirementsListing } from "../../protocol/http_api/fleet_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { parseNodeRequirement } from "../../protocol/kernel/node_requirement.ts";
import type { Explanation } from "../../protocol/http_api/explanation_api.ts";
import { explanationOf } from "../core/reports/explanation.ts";
import { listRequirements } from "../core/reports/placement.ts";
import type { MasterState } from "../core/state/state.ts";
import type { ModelStore } from "../models/model_store.ts";
import { resolveModel } from "../models/resolve_model.ts";
import type { PendingCommands } from "../turn/pending_commands.ts";

export interface FleetOptions {
  /** The state of the master; it is only read here. */
  readonly state: MasterState;
  readonly models: ModelStore;
  readonly pendingCommands: Pick<PendingCommands, "submit">;
  /** Serves a model from now on. */
  readonly register: (model: RegisteredModel) => void;
}

/**
 * Decisions of an admin about nodes as a group: labels, requirements, and models that only some
 * nodes get. Each change is in the ledger once its promise resolves to a sentence for people.
 */
export class Fleet {
  readonly #options: FleetOptions;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Sets and removes labels of a node. Throws `node_unknown` or `request_invalid`. */
  changeLabels(nodeId: string, change: LabelChange): Promise<string> {
    return this.#options.pendingCommands.submit((commandId) => ({ type: "change_labels", commandId, nodeId, change }));
  }

  /**
   * States or drops a requirement. Throws `model_unknown` for a model that the master does not
   * have, `node_unknown` or `request_invalid`.
   */
  async changeRequirement(change: RequirementChange): Promise<string> {
    const parsed = parseNodeRequirement(change.requirement);
    if (change.isRequired && parsed?.kind === "model") this.#serve(change.requirement);
    return await this.#options.pendingCommands.submit((commandId) => ({
      type: "change_requirement",
      commandId,
      change,
    }));
  }

  /** Binds a model to nodes with `labels`; to every node if there are none. Throws `model_unknown`. */
  async bindModel(text: string, labels: readonly string[]): Promise<string> {
    const { name, version } = parseModelName(text);
    if (version !== null) {
      throw new DmlError("request_invalid", `Labels concern a model as a whole: use ${name}, without a version.`, {
        advice: "Leave the version out.",
      });
    }
    this.#find(name);
    return await this.#options.pendingCommands.submit((commandId) => ({ type: "bind_model", commandId, name, labels }));
  }

  /** Returns every requirement, and which nodes meet it. */
  requirements(): RequirementsListing {
    return listRequirements(this.#options.state);
  }

  /**
   * Returns where the next picture of a model would go, and why not elsewhere. Throws
   * `model_unknown`.
   */
  explain(name: string, gallery: string | null): Explanation {
    const { state } = this.#options;
    const model = state.models.get(this.#find(name).digest);
    if (model !== undefined) return explanationOf(state, model, { gallery });
    throw new DmlError("model_unknown", `Nobody has asked for ${name} yet, so no node has it.`, {
      advice: `Send a picture to it, or say \`dml nodes require --all ${name}\`.`,
    });
  }

  /** Serves a model of the catalog that nobody has asked for yet. Throws `model_unknown`. */
  #serve(name: string): void {
    const { state, register } = this.#options;
    const model = this.#find(name);
    if (!state.models.has(model.digest)) register(model);
  }

  /** Returns a model that is served or in the catalog. Throws `model_unknown`. */
  #find(name: string): RegisteredModel {
    const { state, models } = this.#options;
    const isServed = state.lineages.has(parseModelName(name).name);
    return isServed ? resolveModel(state, models, name).model : models.resolve(name);
  }
}
