import { Hono } from "hono";
import type { RecognizerListing } from "../../protocol/http/api.ts";
import { PATHS } from "../../protocol/http/paths.ts";

/** The recognizers that are served. */
export function recognizerRoutes(master: { recognizers(): RecognizerListing[] }): Hono {
  const app = new Hono();
  app.get(PATHS.recognizers, (context) => context.json({ recognizers: master.recognizers() }));
  return app;
}
