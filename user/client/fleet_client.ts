import type { Explanation } from "../../protocol/http_api/explanation_api.ts";
import type { LabelChange, RequirementChange, RequirementsListing } from "../../protocol/http_api/fleet_api.ts";

/**
 * Client for labels of nodes, requirements on nodes, and models that only some nodes get. Every
 * method throws `DmlError`; a change returns a sentence for the user.
 */
export interface FleetClient {
  changeLabels(nodeId: string, change: LabelChange): Promise<string>;
  changeRequirement(change: RequirementChange): Promise<string>;
  requirements(): Promise<RequirementsListing>;
  /** Tells where the next picture of a model would go, and why not elsewhere. */
  explain(model: string, gallery: string | null): Promise<Explanation>;
  /** Gives a model only to nodes with `labels`; to every node if there are none. */
  bindModel(name: string, labels: readonly string[]): Promise<string>;
}
