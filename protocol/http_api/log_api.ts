import { LIMITS } from "../kernel/limits.ts";
import { logRecordSchema } from "../messages/log.ts";
import { idSchema, type Infer, z } from "../schema.ts";

/** Name of the master among the sources of records. */
export const MASTER_SOURCE = "master";

const cursorSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const sourcedRecordSchema = logRecordSchema.extend({
  cursor: cursorSchema,
  /** Node that logged it; `null` for the master. */
  nodeId: idSchema.nullable(),
  /**
   * `master` or the name of the node, with its id if it shares that name with another node or with
   * the master.
   */
  source: z.string().max(LIMITS.logLineBytesMax),
});

/** Answer of `GET /v1/logs`, the oldest record first. */
export const logPageSchema = z.strictObject({
  records: z.array(sourcedRecordSchema).max(LIMITS.logPageRecordsMax),
  /** Value of `after` with which the next request continues. */
  cursor: cursorSchema,
  /** True if there were more records than the page holds, so that the next request need not wait. */
  isMore: z.boolean(),
});

export type SourcedRecord = Infer<typeof sourcedRecordSchema>;
export type LogPage = Infer<typeof logPageSchema>;
