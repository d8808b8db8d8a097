import {
  fleetAnswerSchema,
  type LabelChange,
  type RequirementChange,
  type RequirementsListing,
  requirementsListingSchema,
} from "../../../protocol/http_api/fleet_api.ts";
import { type Explanation, explanationSchema } from "../../../protocol/http_api/explanation_api.ts";
import { explanationPath, modelLabelsPath, nodeLabelsPath, PATHS } from "../../../protocol/http_api/paths.ts";
import type { FleetClient } from "../fleet_client.ts";
import type { MasterHttp } from "./master_http.ts";

/** The decisions about nodes as a group behind the HTTP interface of a master. */
export class HttpFleetClient implements FleetClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  changeLabels(nodeId: string, change: LabelChange): Promise<string> {
    return this.#put(nodeLabelsPath(nodeId), change);
  }

  changeRequirement(change: RequirementChange): Promise<string> {
    return this.#put(PATHS.requirements, change);
  }

  requirements(): Promise<RequirementsListing> {
    return this.#http.ask(requirementsListingSchema, PATHS.requirements);
  }

  explain(model: string, gallery: string | null): Promise<Explanation> {
    const query = gallery === null ? "" : `?gallery=${encodeURIComponent(gallery)}`;
    return this.#http.ask(explanationSchema, `${explanationPath(model)}${query}`);
  }

  bindModel(name: string, labels: readonly string[]): Promise<string> {
    return this.#put(modelLabelsPath(name), { labels });
  }

  async #put(path: string, body: unknown): Promise<string> {
    const call = { method: "PUT", body: JSON.stringify(body), mediaType: "application/json" } as const;
    return (await this.#http.ask(fleetAnswerSchema, path, call)).detail;
  }
}
