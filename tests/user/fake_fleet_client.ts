import type { Explanation } from "../../protocol/http_api/explanation_api.ts";
import type { LabelChange, RequirementChange, RequirementsListing } from "../../protocol/http_api/fleet_api.ts";
import type { FleetClient } from "../../user/client/fleet_client.ts";

/** A master that agrees to every decision about nodes as a group, and records it. */
export class FakeFleetClient implements FleetClient {
  readonly changes: unknown[][] = [];
  listing: RequirementsListing = { requirements: [], bindings: [] };

  changeLabels(nodeId: string, change: LabelChange): Promise<string> {
    return this.#agree(nodeId, change);
  }

  changeRequirement(change: RequirementChange): Promise<string> {
    return this.#agree(change);
  }

  explanation: Explanation = { model: "faces@1", gallery: null, waiting: 0, nodes: [] };
  requirements = () => Promise.resolve(this.listing);
  explain = (model: string, gallery: string | null) => Promise.resolve({ ...this.explanation, model, gallery });

  bindModel(name: string, labels: readonly string[]): Promise<string> {
    return this.#agree(name, labels);
  }

  #agree(...change: unknown[]): Promise<string> {
    this.changes.push(change);
    return Promise.resolve("So it is.");
  }
}
