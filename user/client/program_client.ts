import type { ProgramsListing } from "../../protocol/http_api/program_api.ts";

/** Client for the executables that a master offers to its nodes. Every method throws `DmlError`. */
export interface ProgramClient {
  /** Returns the executables of the master, and which one each node runs or was offered. */
  list(): Promise<ProgramsListing>;
}
