import { PATHS } from "../../../protocol/http_api/paths.ts";
import { type Status, statusSchema } from "../../../protocol/http_api/status_api.ts";
import type { StatusClient } from "../status_client.ts";
import type { MasterHttp } from "./master_http.ts";

/** The status behind the HTTP interface of a master. */
export class HttpStatusClient implements StatusClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  status(): Promise<Status> {
    return this.#http.ask(statusSchema, PATHS.status);
  }
}
