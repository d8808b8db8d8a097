import type { Status } from "../../protocol/http_api/status_api.ts";

/** Client for the status of a cluster. Adapter: HTTP. Throws `DmlError`. */
export interface StatusClient {
  status(): Promise<Status>;
}
