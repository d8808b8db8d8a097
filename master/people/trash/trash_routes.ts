import { type Context, Hono } from "hono";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { idSchema, parseAs } from "../../../protocol/schema.ts";
import type { People } from "../people.ts";
import { describeRequest } from "../../http/audited_routes.ts";

const TRASH = `${PATHS.galleries}/:gallery/trash`;

/** Returns the routes for removed people: list them, bring them back, or delete them for good. */
export function trashRoutes(
  people: Pick<People, "trash" | "undo">,
  galleryIn: (context: Context) => string,
): Hono {
  const app = new Hono();
  app.get(TRASH, async (context) => context.json({ entries: await people.trash.list(galleryIn(context)) }));
  app.delete(TRASH, async (context) => context.json({ entries: await people.trash.empty(galleryIn(context)) }));
  app.post(`${TRASH}/:entryId/restore`, async (context) => {
    const text = context.req.param("entryId");
    const entryId = parseAs(idSchema, text, { what: "The id of the entry", code: "request_invalid" });
    const restored = await people.undo(galleryIn(context), entryId);
    const { entry: { kind, name } } = restored;
    describeRequest(context.req.raw, { detail: name === null ? kind : `${kind} ${name}` });
    return context.json(restored);
  });
  return app;
}
