import { LogStore } from "../../../master/logs/log_store.ts";
import type { StoredRecord } from "../../../master/logs/stored_record.ts";
import { type Log, SILENT_LOG } from "../../../protocol/kernel/log.ts";
import type { LogRecord } from "../../../protocol/kernel/logs/log_record.ts";
import { redacted } from "../../../protocol/kernel/logs/redaction.ts";
import { idOf } from "../core_world.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";

export const ALL = { source: null, level: "info", sinceMs: 0 } as const;
export const ATTIC = { nodeId: idOf("node", 1), name: "attic" };
export const JOURNAL = idOf("journal", 1);

/** Returns a record of a node. */
export function journalRecord(sequence: number, more: Partial<LogRecord & { journal: string }> = {}) {
  return {
    timeMs: 1,
    level: "info",
    message: `m${sequence}`,
    fields: {},
    journal: JOURNAL,
    sequence,
    ...more,
  } as const;
}

/** Opens a store whose clock stands at 1,000 s. */
export async function openStore(directory: string, { printed = SILENT_LOG }: { printed?: Log } = {}) {
  const clock = new ManualClock();
  clock.advance(1_000_000);
  return { clock, store: await LogStore.open(directory, { clock, printed, redact: redacted }) };
}

export function messages(records: readonly StoredRecord[]): string[] {
  return records.map(({ message }) => message);
}
