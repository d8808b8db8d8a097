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

  requirements = () => Promise.resolve(this.listing);

  bindModel(name: string, labels: readonly string[]): Promise<string> {
    return this.#agree(name, labels);
  }

  #agree(...change: unknown[]): Promise<string> {
    this.changes.push(change);
    return Promise.resolve("So it is.");
  }
}
