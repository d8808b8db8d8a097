import { Hono } from "hono";
import type { Status } from "../../protocol/http_api/status_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";

/** Returns the routes of the metrics, in the text format of Prometheus, and of the status. */
export function observationRoutes({ metrics, status }: { metrics: () => string; status: () => Status }): Hono {
  const app = new Hono();
  app.get(PATHS.metrics, () => {
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };
    return new Response(metrics(), { headers });
  });
  app.get(PATHS.status, (context) => context.json(status() satisfies Status));
  return app;
}
