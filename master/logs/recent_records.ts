import type { StoredRecord } from "./stored_record.ts";

/** The newest records, in the order of their cursors, which have no gaps. */
export class RecentRecords {
  readonly #sizeMax: number;
  #records: StoredRecord[] = [];

  constructor({ sizeMax }: { sizeMax: number }) {
    this.#sizeMax = sizeMax;
  }

  add(record: StoredRecord): void {
    this.#records.push(record);
    // Cut in large pieces, because cutting copies what is left.
    if (this.#records.length >= 2 * this.#sizeMax) this.#records = this.#records.slice(-this.#sizeMax);
  }

  /** Returns the records after `cursor`; `null` if the one right behind it is no longer here. */
  after(cursor: number): readonly StoredRecord[] | null {
    const [oldest] = this.#records;
    if (oldest === undefined || oldest.cursor > cursor + 1) return null;
    return this.#records.slice(cursor + 1 - oldest.cursor);
  }

  /** Returns all that is here, the oldest first. */
  all(): readonly StoredRecord[] {
    return this.#records;
  }
}
