import { Hono } from "hono";
import type { ProgramsListing } from "../../protocol/http_api/program_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";

/**
 * Returns the admin's route that lists the executables of dml that nodes are offered. None can be
 * uploaded here: they come from the master's own disk.
 */
export function programRoutes(master: { programs(): ProgramsListing }): Hono {
  const app = new Hono();
  app.get(PATHS.programs, (context) => context.json(master.programs()));
  return app;
}
