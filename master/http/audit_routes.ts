import { Hono } from "hono";
import { AUDIT_PAGE_MAX } from "../../protocol/http_api/audit_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { parseAs, z } from "../../protocol/schema.ts";
import type { AuditLog } from "../access/audit_log.ts";

const numeral = z.string().regex(/^\d{1,16}$/, "must be a whole number").transform(Number);
const querySchema = z.strictObject({
  since: numeral.default(0),
  after: numeral.default(0),
  limit: numeral.pipe(z.number().min(1).max(AUDIT_PAGE_MAX)).default(AUDIT_PAGE_MAX),
});

/** Returns the admin's route that lists who did what. */
export function auditRoutes(audit: AuditLog): Hono {
  const app = new Hono();
  app.get(PATHS.audit, (context) => {
    const { since: sinceMs, ...page } = parseAs(querySchema, context.req.query(), {
      what: "The query",
      code: "request_invalid",
    });
    return context.json(audit.page({ sinceMs, ...page }));
  });
  return app;
}
