import { Hono } from "hono";
import type { LogPage } from "../../protocol/http_api/log_api.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { logQuery, type NamedNode } from "./log_query.ts";
import type { LogStore } from "./log_store.ts";
import { sourcedRecords } from "./sourced_records.ts";

export interface LogRoutesOptions {
  /** The logs; `null` if this master keeps none. */
  readonly logs: Pick<LogStore, "tail" | "after"> | null;
  readonly nodes: () => readonly NamedNode[];
}

/**
 * Returns the admin's route for the logs of the master and its nodes. A request with `after` and
 * `waitMs` is held until there is a record: the next one continues at the cursor of the answer, also
 * at a master that was restarted in between.
 */
export function logRoutes({ logs, nodes }: LogRoutesOptions): Hono {
  const app = new Hono();
  let readers = 0;
  app.get(PATHS.logs, async (context) => {
    const { filter, tail, after, waitMs } = logQuery(context.req.queries(), { nodes: nodes() });
    if (logs === null) throw new DmlError("not_found", "This master keeps no logs.");
    if (readers >= LIMITS.logReadersMax) {
      throw new DmlError("queue_full", `${readers} requests for logs are being answered.`);
    }
    readers++;
    try {
      const { signal } = context.req.raw;
      const { records, cursor, isMore } = tail === null
        ? await logs.after(after, { filter, waitMs, signal })
        : await logs.tail(tail, filter);
      return context.json({ records: sourcedRecords(records, { nodes: nodes() }), cursor, isMore } satisfies LogPage);
    } finally {
      readers--;
    }
  });
  return app;
}
