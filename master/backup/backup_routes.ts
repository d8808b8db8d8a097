import { Hono } from "hono";
import { BACKUP_MEDIA_TYPE } from "../../protocol/http_api/backup_archive.ts";
import { backupRequestSchema } from "../../protocol/http_api/backup_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { parseAs } from "../../protocol/schema.ts";
import { BackupKey } from "../../protocol/security/backup_key.ts";
import { jsonBody } from "../http/json_body.ts";
import type { Backups } from "./backups.ts";

/** Returns the admin's route that answers with a backup; `backups` is `null` if nothing is on a disk. */
export function backupRoutes(backups: Backups | null): Hono {
  const app = new Hono();
  app.post(PATHS.backup, async (context) => {
    const what = "The request for a backup";
    const body = await jsonBody(context.req.raw, { what, charactersMax: 1_024 });
    const { key } = parseAs(backupRequestSchema, body, { what, code: "request_invalid" });
    if (backups === null) throw new DmlError("not_found", "This master keeps nothing on a disk.");
    const bytes = await backups.begin(BackupKey.parse(key));
    return new Response(bytes, { headers: { "content-type": BACKUP_MEDIA_TYPE, "cache-control": "no-store" } });
  });
  return app;
}
