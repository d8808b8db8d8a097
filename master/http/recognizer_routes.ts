import { Hono } from "hono";
import type { RecognizerListing } from "../../protocol/http_api/api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { RecognizerIntake } from "../recognizers/recognizer_import.ts";

const CREATED = 201;

/** The recognizers that are served, each on its own, and new ones. */
export function recognizerRoutes(
  master: { recognizers(): RecognizerListing[] },
  intake: RecognizerIntake,
): Hono {
  const app = new Hono();
  app.get(PATHS.recognizers, (context) => context.json({ recognizers: master.recognizers() }));
  app.get(`${PATHS.recognizers}/:name`, (context) => context.json(intake.show(context.req.param("name"))));
  app.post(PATHS.recognizers, async (context) => {
    const added = await intake.add(await manifestIn(context.req.raw));
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
