import { Hono } from "hono";
import type { ClusterInfo } from "../../protocol/http_api/api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { certificateResponse } from "./front/plain_door.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";

/**
 * Returns the routes that need no token: one says where the control port is, one that the master
 * answers, one by which certificate it is recognised. A route that is added here is for the admin
 * alone until `ROUTE_ROLES` names it.
 */
export function clusterRoutes(master: { info(): ClusterInfo }, tls: { readonly ca: string } | null): Hono {
  const app = new Hono();
  app.get(PATHS.cluster, (context) => context.json(master.info()));
  app.get(PATHS.health, (context) => context.json({ status: "ok" }));
  app.get(PATHS.ca, () => {
    if (tls !== null) return certificateResponse(tls.ca);
    throw new DmlError("not_found", "This master has no certificate: it speaks no TLS.");
  });
  return app;
}
