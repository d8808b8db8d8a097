import { Hono } from "hono";
import { PATHS } from "../../protocol/http_api/paths.ts";

/** Returns the route of the metrics, in the text format of Prometheus. */
export function metricsRoutes(text: () => string): Hono {
  const app = new Hono();
  app.get(PATHS.metrics, () => {
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };
    return new Response(text(), { headers });
  });
  return app;
}
