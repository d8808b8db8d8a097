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
import type { z } from "../../../protocol/schema.ts";
import type { VersionClient } from "../version_client.ts";

/** Asks one path and checks the answer. */
export type Ask = <Schema extends z.ZodType>(
  schema: Schema,
  path: string,
  call?: { method?: "GET" | "POST" | "PUT" | "DELETE"; body?: string; mediaType?: string },
) => Promise<z.infer<Schema>>;

/** The versions of models behind the HTTP interface of a master. */
export class HttpVersionClient implements VersionClient {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  rollouts(name: string): Promise<LineageListing> {
    return this.#ask(lineageSchema, rolloutsPath(name));
  }

  rollOut(name: string, request: RolloutRequest): Promise<RolloutRecord> {
    return this.#ask(rolloutSchema, rolloutsPath(name), json("POST", request));
  }

  rollBack(name: string): Promise<string> {
    return this.#tell(rollbackPath(name), { method: "POST" });
  }

  pin(version: string, pinned: boolean): Promise<string> {
    return this.#tell(pinPath(version), json("PUT", { pinned }));
  }

  remove(version: string): Promise<string> {
    return this.#tell(modelPath(version), { method: "DELETE" });
  }

  collect(): Promise<Collected> {
    return this.#ask(collectedSchema, PATHS.gc, { method: "POST" });
  }

  async #tell(path: string, call: Parameters<Ask>[2]): Promise<string> {
    return (await this.#ask(versionAnswerSchema, path, call)).detail;
  }
}

function json(method: "POST" | "PUT", body: unknown): Parameters<Ask>[2] {
  return { method, body: JSON.stringify(body), mediaType: "application/json" };
}
