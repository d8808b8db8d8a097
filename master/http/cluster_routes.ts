import { Hono } from "hono";
import type { ClusterInfo } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";

/**
 * Returns the routes that need no token: one says where the control port is, one that the master
 * answers. A route that is added here is for the admin alone until `OPEN_ROUTES` in `app.ts` names
 * it.
 */
export function clusterRoutes(master: { info(): ClusterInfo }): Hono {
  const app = new Hono();
  app.get(PATHS.cluster, (context) => context.json(master.info()));
  app.get(PATHS.health, (context) => context.json({ status: "ok" }));
  return app;
}
