import { modelPath, PATHS, pinPath, rollbackPath, rolloutsPath } from "../../../protocol/http_api/paths.ts";
import {
  type Collected,
  collectedSchema,
  type LineageListing,
  lineageSchema,
  type RolloutRecord,
  type RolloutRequest,
  rolloutSchema,
  versionAnswerSchema,
} from "../../../protocol/http_api/rollout_api.ts";
import type { Call, MasterHttp } from "./master_http.ts";
import type { VersionClient } from "../version_client.ts";

/** The versions of models behind the HTTP interface of a master. */
export class HttpVersionClient implements VersionClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  rollouts(name: string): Promise<LineageListing> {
    return this.#http.ask(lineageSchema, rolloutsPath(name));
  }

  rollOut(name: string, request: RolloutRequest): Promise<RolloutRecord> {
    return this.#http.ask(rolloutSchema, rolloutsPath(name), json("POST", request));
  }

  rollBack(name: string): Promise<string> {
    return this.#change(rollbackPath(name), { method: "POST" });
  }

  pin(version: string, pinned: boolean): Promise<string> {
    return this.#change(pinPath(version), json("PUT", { pinned }));
  }

  remove(version: string): Promise<string> {
    return this.#change(modelPath(version), { method: "DELETE" });
  }

  collect(): Promise<Collected> {
    return this.#http.ask(collectedSchema, PATHS.gc, { method: "POST" });
  }

  async #change(path: string, call: Call): Promise<string> {
    return (await this.#http.ask(versionAnswerSchema, path, call)).detail;
  }
}

function json(method: "POST" | "PUT", body: unknown): Call {
  return { method, body: JSON.stringify(body), mediaType: "application/json" };
}
