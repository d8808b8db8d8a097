import { PATHS } from "../../../protocol/http_api/paths.ts";
import { type ProgramsListing, programsSchema } from "../../../protocol/http_api/program_api.ts";
import type { MasterHttp } from "./master_http.ts";
import type { ProgramClient } from "../program_client.ts";

/** The executables behind the HTTP interface of a master. */
export class HttpProgramClient implements ProgramClient {
  readonly #http: MasterHttp;

  constructor(http: MasterHttp) {
    this.#http = http;
  }

  list(): Promise<ProgramsListing> {
    return this.#http.ask(programsSchema, PATHS.programs);
  }
}
