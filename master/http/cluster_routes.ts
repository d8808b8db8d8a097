import { Hono } from "hono";
import type { ClusterInfo } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";

/** What anybody may know: where the control port is, and that the master answers. */
export function clusterRoutes(master: { info(): ClusterInfo }): Hono {
  const app = new Hono();
  app.get(PATHS.cluster, (context) => context.json(master.info()));
  app.get(PATHS.health, (context) => context.json({ status: "ok" }));
  return app;
}
