import { type Context, Hono } from "hono";
import { type ModelName, parseModelName } from "../../models/name.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { pinSchema, rolloutRequestSchema } from "../../protocol/http_api/rollout_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { parseAs } from "../../protocol/schema.ts";
import type { Versions } from "../models/versions.ts";

/** Far more than a rollout with the largest number of test pictures needs. */
const BODY_BYTES_MAX = 64 * 1024;

/**
 * Returns the admin's routes for the versions of models: list, roll out, roll back, pin,
 * remove, and delete files that are no longer needed.
 */
export function versionRoutes({ versions }: { readonly versions: Versions }): Hono {
  const app = new Hono();
  const one = `${PATHS.models}/:name`;
  app.get(`${one}/rollouts`, (context) => context.json(versions.show(bareName(context))));
  app.post(`${one}/rollouts`, async (context) => {
    const request = parseAs(rolloutRequestSchema, await jsonOf(context), {
      what: "The rollout",
      code: "request_invalid",
    });
    return context.json(await versions.rollOut(bareName(context), request), 202);
  });
  app.post(`${one}/rollback`, async (context) => {
    return context.json({ detail: await versions.rollBack(bareName(context)) });
  });
  app.put(`${one}/pin`, async (context) => {
    const { pinned } = parseAs(pinSchema, await jsonOf(context), { what: "The pin", code: "request_invalid" });
    return context.json({ detail: await versions.pin(nameIn(context), pinned) });
  });
  app.delete(one, async (context) => context.json({ detail: await versions.remove(nameIn(context)) }));
  app.post(PATHS.gc, async (context) => context.json(await versions.collect()));
  return app;
}

function nameIn(context: Context): ModelName {
  return parseModelName(context.req.param("name") ?? "");
}

function bareName(context: Context): string {
  const { name, version } = nameIn(context);
  if (version === null) return name;
  throw new DmlError(
    "request_invalid",
    `Rollouts concern a model as a whole: use ${name} in the path, without a version.`,
    { advice: "Send the request to the name without a version." },
  );
}

async function jsonOf(context: Context): Promise<unknown> {
  const length = Number(context.req.header("content-length") ?? NaN);
  if (!(length <= BODY_BYTES_MAX)) {
    throw new DmlError("request_invalid", `The body must have a Content-Length of at most ${BODY_BYTES_MAX}.`);
  }
  try {
    return await context.req.json();
  } catch (error) {
    throw new DmlError("request_invalid", "The body is not JSON.", { cause: error });
  }
}
