import { PATHS } from "../../../protocol/http_api/paths.ts";
import { type ProgramsListing, programsSchema } from "../../../protocol/http_api/program_api.ts";
import type { Ask } from "./versions.ts";
import type { ProgramClient } from "../program_client.ts";

/** The executables behind the HTTP interface of a master. */
export class HttpProgramClient implements ProgramClient {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  list(): Promise<ProgramsListing> {
    return this.#ask(programsSchema, PATHS.programs);
  }
}
