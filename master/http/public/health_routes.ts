import { Hono } from "hono";
import type { NodeListing } from "../../../protocol/http_api/api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { DEFAULT_MODEL } from "../prediction_query.ts";

/**
 * Returns the routes for whoever watches over the process, which need no token: one says that it is
 * alive, the other whether a picture would be answered now. They tell nothing else.
 */
export function healthRoutes(master: { nodes(): readonly NodeListing[] }): Hono {
  const app = new Hono();
  app.get(PATHS.alive, (context) => context.json({ status: "ok" }));
  app.get(PATHS.ready, (context) => {
    if (master.nodes().some(isReady)) return context.json({ status: "ok" });
    throw new DmlError("no_capable_node", `No node is ready for ${DEFAULT_MODEL} now.`);
  });
  return app;
}

function isReady({ state, models }: NodeListing): boolean {
  return state === "ready" &&
    models.some(({ model, state }) => state === "ready" && model.startsWith(`${DEFAULT_MODEL}@`));
}
