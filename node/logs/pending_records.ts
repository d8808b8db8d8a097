import { jsonBytesOf } from "../../protocol/kernel/logs/log_record.ts";
import type { JournalRecord, LogPosition, LogRecords } from "../../protocol/messages/log.ts";

/** Limits of one message. */
export interface BatchLimits {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

/** Records of a node that its master does not have yet. If there are too many, the oldest are lost. */
export class PendingRecords {
  readonly #bytesMax: number;
  #records: { readonly record: JournalRecord; readonly bytes: number }[] = [];
  #bytes = 0;
  #lost = 0;

  constructor({ bytesMax }: { bytesMax: number }) {
    this.#bytesMax = bytesMax;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  push(record: JournalRecord): void {
    const bytes = jsonBytesOf(record);
    this.#records.push({ record, bytes });
    this.#bytes += bytes;
    let dropped = 0;
    while (this.#bytes > this.#bytesMax && dropped < this.#records.length - 1) {
      this.#bytes -= this.#records[dropped++].bytes;
    }
    this.#records.splice(0, dropped);
    this.#lost += dropped;
  }

  /**
   * Adds a record that was kept before; if `position` includes it, removes all records so far
   * instead, since the master has them too.
   */
  pushKept(record: JournalRecord, { journal, sequence }: Pick<LogPosition, "journal" | "sequence">): void {
    if (record.journal !== journal || record.sequence > sequence) return this.push(record);
    this.#records = [];
    this.#bytes = 0;
    this.#lost = 0;
  }

  /** Moves all records of `later` behind those that are here. */
  append(later: PendingRecords): void {
    for (const { record } of later.#records.splice(0)) this.push(record);
    this.#lost += later.#lost;
    later.#bytes = 0;
    later.#lost = 0;
  }

  /** Removes the next records and returns their message; `null` if there are none. */
  take({ recordsMax, bytesMax }: BatchLimits): LogRecords | null {
    const [first] = this.#records;
    if (first === undefined) return null;
    const { journal } = first.record;
    let [count, bytes] = [0, 0];
    for (const { record, bytes: more } of this.#records) {
      const isFull = count === recordsMax || (count > 0 && bytes + more > bytesMax);
      if (isFull || record.journal !== journal) break;
      count++;
      bytes += more;
    }
    const records = this.#records.splice(0, count).map(({ record: { journal: _journal, ...record } }) => record);
    this.#bytes -= bytes;
    const lost = this.#lost;
    this.#lost = 0;
    return { type: "log.records", journal, lost, records };
  }
}
