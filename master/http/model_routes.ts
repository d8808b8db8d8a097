import { Hono } from "hono";
import type { ModelListing } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { ModelImport } from "../models/model_import.ts";

const CREATED = 201;

/** The models that are served, each on its own, and new ones. */
export function modelRoutes(
  master: { models(): ModelListing[] },
  modelImport: ModelImport,
): Hono {
  const app = new Hono();
  app.get(PATHS.models, (context) => context.json({ models: master.models() }));
  app.get(`${PATHS.models}/:name`, (context) => context.json(modelImport.show(context.req.param("name"))));
  app.post(PATHS.models, async (context) => {
    const added = await modelImport.add(await manifestIn(context.req.raw));
    return context.json(added, added.isNew ? CREATED : undefined);
  });
  return app;
}

async function manifestIn(request: Request): Promise<Uint8Array> {
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (length <= LIMITS.manifestBytesMax) return await request.bytes();
  throw new DmlError(
    "request_invalid",
    `A manifest needs a Content-Length of at most ${LIMITS.manifestBytesMax}.`,
  );
}
