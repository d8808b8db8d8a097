import { MASTER_SOURCE } from "../../protocol/http_api/log_api.ts";
import { KEPT_LEVELS, type KeptLevel } from "../../protocol/kernel/logs/log_record.ts";
import type { StoredRecord } from "./stored_record.ts";

/** The records that a request asks for. */
export interface LogFilter {
  /** Id of a node, or `master`; `null` for all sources. */
  readonly source: string | null;
  /** The lowest level. */
  readonly level: KeptLevel;
  /** Time of the earliest record, in milliseconds since the Unix epoch; 0 for all. */
  readonly sinceMs: number;
}

/** Returns true if `filter` lets `record` through. */
export function matches({ node, level, timeMs }: StoredRecord, filter: LogFilter): boolean {
  if (filter.source !== null && filter.source !== (node?.nodeId ?? MASTER_SOURCE)) return false;
  return timeMs >= filter.sinceMs && KEPT_LEVELS.indexOf(level) >= KEPT_LEVELS.indexOf(filter.level);
}
