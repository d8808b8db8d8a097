import type { ProgramsListing } from "../../protocol/http_api/program_api.ts";

/** What whoever runs a cluster can learn of its executables. Every method throws `DmlError`. */
export interface ProgramClient {
  /** What the master holds, and what each node runs and makes of it. */
  list(): Promise<ProgramsListing>;
}
