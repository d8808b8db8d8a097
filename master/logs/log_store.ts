import { RotatedFile } from "../../protocol/host/rotated_file.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { escapedControls } from "../../protocol/kernel/control_characters.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import type { LogRecord } from "../../protocol/kernel/logs/log_record.ts";
import { TeeLog } from "../../protocol/kernel/logs/tee_log.ts";
import type { Redact } from "../../protocol/kernel/logs/redaction.ts";
import { sleep } from "../../protocol/kernel/sleep.ts";
import type { LogFilter } from "./log_filter.ts";
import { type JournalPosition, LogPositions } from "./log_positions.ts";
import { type FoundRecords, LogReader } from "./log_reader.ts";
import { RecentRecords } from "./recent_records.ts";
import { fittedRecord, formatLine, parseLine, type StoredRecord } from "./stored_record.ts";

const FILES = 16;
const QUEUE_BYTES_MAX = 4 * 1024 * 1024;
const RECENT_RECORDS = 1_000;

export interface LogStoreOptions {
  readonly clock: Clock;
  /** The log that prints; it receives faults of the store. */
  readonly printed: Log;
  readonly redact: Redact;
}

/**
 * The logs of the master and its nodes, in the order in which they arrived. A record can be read
 * once it has been written, so that no reader has seen one that a crash takes back.
 */
export class LogStore {
  readonly #options: LogStoreOptions;
  readonly #file: RotatedFile;
  readonly #recent = new RecentRecords({ sizeMax: RECENT_RECORDS });
  readonly #reader: LogReader;
  /** Records that wait to be written. */
  readonly #unwritten: StoredRecord[] = [];
  readonly #waiting = new Set<() => void>();
  #positions = new LogPositions();
  /** Positions of the records that have been written, for the first line of the next file. */
  #writtenPositions = new LogPositions();
  #lastCursor = 0;
  #writtenCursor = 0;
  #isClosed = false;

  private constructor(file: RotatedFile, options: LogStoreOptions) {
    this.#file = file;
    this.#options = options;
    this.#reader = new LogReader({ file, recent: this.#recent });
  }

  /** Opens the logs in `directory`, and creates it if necessary. Throws `home_unusable`. */
  static async open(directory: string, options: LogStoreOptions): Promise<LogStore> {
    const file = await RotatedFile.open(directory, {
      fileBytesMax: LIMITS.masterLogBytesMax / FILES,
      filesMax: FILES,
      queueBytesMax: QUEUE_BYTES_MAX,
      head: () => store.#checkpoint(),
      onTaken: (lines) => store.#taken(lines),
      onFault(error) {
        options.printed.error("The logs cannot be kept.", { directory, reason: asDmlError(error).message });
      },
      onRecovered: (records) => store.log.warn("Logs were lost while they could not be written.", { records }),
    });
    const store = new LogStore(file, options);
    await store.#restore();
    return store;
  }

  /** The log of the master: it prints, and keeps its records here. */
  get log(): TeeLog {
    const { printed, clock, redact } = this.#options;
    return new TeeLog({ printed, clock, redact, keep: (record) => this.#add({ ...record, node: null }) });
  }

  /** Returns the last record of a node that is here; `null` if there is none. */
  positionOf(nodeId: string): JournalPosition | null {
    return this.#positions.of(nodeId);
  }

  /** Returns true if the record at `position` of this node has not been received yet. */
  isNew(nodeId: string, position: JournalPosition): boolean {
    return this.#positions.isNew(nodeId, position);
  }

  /** Counts a record as received, though it is not stored. */
  skip(nodeId: string, position: JournalPosition): void {
    this.#positions.advance(nodeId, position);
  }

  /** Stores a record of a node. Its time is not believed if it lies in the future. */
  accept(node: { nodeId: string; name: string }, record: LogRecord & JournalPosition): void {
    const timeMs = Math.min(record.timeMs, this.#options.clock.wallMs());
    const { nodeId, name } = node;
    this.skip(nodeId, record);
    this.#add({ ...record, timeMs, node: { nodeId, name: escapedControls(name) } });
  }

  /** Returns the newest `count` records that `filter` lets through. */
  async tail(count: number, filter: LogFilter): Promise<FoundRecords> {
    return await this.#reader.tail(count, { filter, endCursor: this.#writtenCursor });
  }

  /**
   * Returns the next records after `cursor` that `filter` lets through. If there are none, waits for
   * some, until `waitMs` have passed, `signal` aborts or the store closes.
   */
  async after(
    cursor: number,
    { filter, waitMs, signal }: { filter: LogFilter; waitMs: number; signal: AbortSignal },
  ): Promise<FoundRecords> {
    const { clock } = this.#options;
    const untilMs = clock.nowMs() + waitMs;
    for (let from = cursor;;) {
      const found = await this.#reader.after(from, { filter, endCursor: this.#writtenCursor });
      const leftMs = untilMs - clock.nowMs();
      if (found.records.length > 0 || found.isMore || leftMs <= 0 || signal.aborted || this.#isClosed) return found;
      from = found.cursor;
      // Something may have been written during the search.
      if (this.#writtenCursor <= from) await this.#whenMore(leftMs, signal);
    }
  }

  /** Answers the readers that wait. Records are still stored. */
  endWaits(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Writes what is left and closes the files. */
  async close(): Promise<void> {
    this.endWaits();
    await this.#file.close();
  }

  #add(record: Omit<StoredRecord, "cursor">): void {
    const stored = fittedRecord({ ...record, cursor: this.#lastCursor + 1 } as StoredRecord);
    if (!this.#file.append(formatLine(stored))) return;
    this.#lastCursor = stored.cursor;
    this.#unwritten.push(stored);
  }

  #taken(lines: number): void {
    for (const record of this.#unwritten.splice(0, lines)) {
      this.#recent.add(record);
      this.#writtenCursor = record.cursor;
      if (record.node !== null) this.#writtenPositions.advance(record.node.nodeId, record);
    }
    this.#wake();
  }

  #checkpoint(): string {
    const nodes = this.#writtenPositions.entries().map(([nodeId, journals]) => ({ nodeId, journals: [...journals] }));
    return formatLine({ nodes });
  }

  /** Reads the newest file for the last cursor and the position of each node. */
  async #restore(): Promise<void> {
    for (const number of this.#file.numbers.toReversed()) {
      for await (const text of this.#file.lines(number)) {
        const line = parseLine(text);
        if (line === null) continue;
        if ("nodes" in line) {
          this.#positions = new LogPositions(line.nodes.map(({ nodeId, journals }) => [nodeId, journals]));
          continue;
        }
        this.#lastCursor = line.cursor;
        if (line.node !== null) this.#positions.advance(line.node.nodeId, line);
      }
      if (this.#lastCursor > 0) break;
    }
    this.#writtenCursor = this.#lastCursor;
    this.#writtenPositions = new LogPositions(this.#positions.entries());
  }

  async #whenMore(atMostMs: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const wake = () => over.abort();
    this.#waiting.add(wake);
    await sleep(atMostMs, { clock: this.#options.clock, signal: AbortSignal.any([over.signal, signal]) });
    this.#waiting.delete(wake);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
