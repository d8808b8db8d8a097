import type { RotatedFile } from "../../protocol/host/rotated_file.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { jsonBytesOf } from "../../protocol/kernel/logs/log_record.ts";
import { type LogFilter, matches } from "./log_filter.ts";
import type { RecentRecords } from "./recent_records.ts";
import { parseLine, type StoredRecord } from "./stored_record.ts";

/** Size of the records of one answer. */
const PAGE_BYTES_MAX = 1024 * 1024;

/** Records that were found, the oldest first, and where the search ended. */
export interface FoundRecords {
  readonly records: readonly StoredRecord[];
  /** Cursor of the last record that was looked at. */
  readonly cursor: number;
  /** True if the search ended because the page was full. */
  readonly isMore: boolean;
}

interface Search {
  readonly filter: LogFilter;
  /** Cursor of the newest record that may be shown. */
  readonly endCursor: number;
}

/**
 * Searches the files of a store and its newest records. The files are read piece by piece, so that a
 * search through all of them does not hold up the rest of the master.
 */
export class LogReader {
  readonly #file: Pick<RotatedFile, "numbers" | "lines">;
  readonly #recent: RecentRecords;

  constructor({ file, recent }: { file: Pick<RotatedFile, "numbers" | "lines">; recent: RecentRecords }) {
    this.#file = file;
    this.#recent = recent;
  }

  /** Returns the newest `count` records that match. */
  async tail(count: number, { filter, endCursor }: Search): Promise<FoundRecords> {
    if (count === 0) return { records: [], cursor: endCursor, isMore: false };
    const recent = this.#recent.all().filter(({ cursor }) => cursor <= endCursor);
    let found = recent.filter((record) => matches(record, filter)).slice(-count);
    let beforeCursor = recent[0]?.cursor ?? endCursor + 1;
    for (const number of this.#file.numbers.toReversed()) {
      if (found.length >= count) break;
      const older: StoredRecord[] = [];
      for await (const record of this.#recordsOf(number)) {
        if (record.cursor < beforeCursor && matches(record, filter)) older.push(record);
        if (older.length >= 2 * count) older.splice(0, count);
      }
      found = [...older, ...found].slice(-count);
      beforeCursor = Math.min(beforeCursor, found[0]?.cursor ?? beforeCursor);
    }
    const records = newestWithin(found, PAGE_BYTES_MAX);
    return { records, cursor: endCursor, isMore: false };
  }

  /** Returns the first records after `cursor` that match, as many as one answer holds. */
  async after(cursor: number, { filter, endCursor }: Search): Promise<FoundRecords> {
    // A cursor from the future belongs to logs that are no longer here.
    if (cursor > endCursor) return { records: [], cursor: endCursor, isMore: false };
    const page = new Page(cursor, filter);
    const recent = this.#recent.after(cursor);
    if (recent === null) {
      const first = await this.#firstFileFor(cursor);
      for (const number of this.#file.numbers.filter((other) => other >= first)) {
        for await (const record of this.#recordsOf(number)) {
          if (record.cursor <= cursor || record.cursor > endCursor) continue;
          if (!page.add(record)) return page.end(true);
        }
      }
    }
    for (const record of this.#recent.after(page.cursor) ?? []) {
      if (record.cursor <= endCursor && !page.add(record)) return page.end(true);
    }
    return page.end(false, endCursor);
  }

  /** Returns the number of the newest file that begins at or before the record after `cursor`. */
  async #firstFileFor(cursor: number): Promise<number> {
    for (const number of this.#file.numbers.toReversed()) {
      for await (const record of this.#recordsOf(number)) {
        if (record.cursor <= cursor + 1) return number;
        break;
      }
    }
    return 0;
  }

  async *#recordsOf(number: number): AsyncGenerator<StoredRecord, void> {
    for await (const text of this.#file.lines(number)) {
      const line = parseLine(text);
      if (line !== null && !("nodes" in line)) yield line;
    }
  }
}

/** The records of one answer while they are gathered. */
class Page {
  readonly #filter: LogFilter;
  readonly #records: StoredRecord[] = [];
  #bytes = 0;
  cursor: number;

  constructor(cursor: number, filter: LogFilter) {
    this.cursor = cursor;
    this.#filter = filter;
  }

  /** Adds `record` if it matches. Returns false if it no longer fits. */
  add(record: StoredRecord): boolean {
    if (matches(record, this.#filter)) {
      this.#bytes += jsonBytesOf(record);
      if (this.#records.length === LIMITS.logPageRecordsMax || this.#bytes > PAGE_BYTES_MAX) return false;
      this.#records.push(record);
    }
    this.cursor = record.cursor;
    return true;
  }

  end(isMore: boolean, endCursor = this.cursor): FoundRecords {
    return { records: this.#records, cursor: Math.max(this.cursor, endCursor), isMore };
  }
}

function newestWithin(records: readonly StoredRecord[], bytesMax: number): readonly StoredRecord[] {
  let [start, bytes] = [records.length, 0];
  while (start > 0 && (bytes += jsonBytesOf(records[start - 1])) <= bytesMax) start--;
  return records.slice(start);
}
