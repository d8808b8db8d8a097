import { Hono } from "hono";
import type { ModelListing } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { describeRequest } from "./audited_routes.ts";
import type { ModelImport } from "../models/model_import.ts";

const CREATED = 201;

/** Returns the users' route that lists the models that are served. */
export function modelListRoutes(master: { models(): ModelListing[] }): Hono {
  const app = new Hono();
  app.get(PATHS.models, (context) => context.json({ models: master.models() }));
  return app;
}

/** Returns the admin's routes that show one model and add a new one. */
export function modelRoutes(modelImport: ModelImport): Hono {
  const app = new Hono();
  app.get(`${PATHS.models}/:name`, (context) => context.json(modelImport.show(context.req.param("name"))));
  app.post(PATHS.models, async (context) => {
    const added = await modelImport.add(await manifestIn(context.req.raw));
    describeRequest(context.req.raw, { subject: added.name });
    return context.json(added, added.isNew ? CREATED : undefined);
  });
  return app;
}

async function manifestIn(request: Request): Promise<Uint8Array> {
  const length = Number(request.headers.get("content-length") ?? NaN);
  if (length <= LIMITS.manifestBytesMax) return await request.bytes();
  throw new DmlError(
    "request_invalid",
    `A manifest must have a Content-Length of at most ${LIMITS.manifestBytesMax}.`,
  );
}
