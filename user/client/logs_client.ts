import type { LogPage } from "../../protocol/http_api/log_api.ts";
import type { KeptLevel } from "../../protocol/kernel/logs/log_record.ts";

/** The records that are asked for. */
export interface LogChoice {
  /** Name or id of a node, or `master`; `null` for all of them. */
  readonly node: string | null;
  readonly level: KeptLevel;
  /** Time of the earliest record, in milliseconds since the Unix epoch; 0 for all. */
  readonly sinceMs: number;
}

/** Client for the logs of a cluster. Every method throws `DmlError`. */
export interface LogsClient {
  /** Returns the newest `count` records, `logPageRecordsMax` at most. */
  tail(count: number, choice: LogChoice): Promise<LogPage>;
  /** Returns the records after `cursor`; waits for one, for `waitMs` at most, if there is none. */
  after(cursor: number, choice: LogChoice & { readonly waitMs: number }): Promise<LogPage>;
}
