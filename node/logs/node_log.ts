import { RotatedFile } from "../../protocol/host/rotated_file.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { asDmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Log } from "../../protocol/kernel/log.ts";
import { boundedRecord, type LogRecord } from "../../protocol/kernel/logs/log_record.ts";
import { KnownSecrets } from "../../protocol/kernel/logs/redaction.ts";
import { TeeLog } from "../../protocol/kernel/logs/tee_log.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import {
  type JournalRecord,
  journalRecordSchema,
  type LogPosition,
  type LogRecords,
} from "../../protocol/messages/log.ts";
import { parseAs } from "../../protocol/schema.ts";
import { PendingRecords } from "./pending_records.ts";

const FILES = 4;
const QUEUE_BYTES_MAX = 1024 * 1024;
/** Time over which records are gathered into one message. */
const GATHERED_MS = 100;
/** Bytes of a record; its journal and sequence take the rest of a line. */
const RECORD_BYTES_MAX = LIMITS.logLineBytesMax - 100;

export interface NodeLogOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The log that prints; it receives faults of the files. */
  readonly printed: Log;
}

/** One connection to a master that takes records. */
interface Destination {
  readonly send: (message: LogRecords) => void;
  /** Records for the next message. */
  pending: PendingRecords;
  /** `reading` the kept records, `idle`, or `sending`: the master has not answered a message yet. */
  state: "reading" | "idle" | "sending";
}

/**
 * The log of a node: kept in files, and sent to the master once that has said which records it has.
 * One message is under way at a time, and records that wait are bounded, so that the log never
 * delays tasks.
 */
export class NodeLog {
  readonly #options: NodeLogOptions;
  readonly #file: RotatedFile;
  readonly #journal: string;
  readonly #secrets = new KnownSecrets();
  #sequence = 0;
  #destination: Destination | null = null;
  #cancelSending: (() => void) | null = null;

  private constructor(file: RotatedFile, options: NodeLogOptions) {
    this.#file = file;
    this.#options = options;
    this.#journal = newId("journal", options.random);
  }

  /** Opens the log in `directory`, and creates it if necessary. Throws `home_unusable`. */
  static async open(directory: string, options: NodeLogOptions): Promise<NodeLog> {
    const file = await RotatedFile.open(directory, {
      fileBytesMax: LIMITS.nodeLogBytesMax / FILES,
      filesMax: FILES,
      queueBytesMax: QUEUE_BYTES_MAX,
      onFault(error) {
        options.printed.error("The log cannot be kept.", { directory, reason: asDmlError(error).message });
      },
      onRecovered: (records) => log.log.warn("Records were lost while the log could not be written.", { records }),
    });
    const log = new NodeLog(file, options);
    return log;
  }

  /** The log of the node: it prints, and keeps its records here. */
  get log(): TeeLog {
    const { printed, clock } = this.#options;
    const redact = (text: string) => this.#secrets.redact(text);
    return new TeeLog({ printed, clock, redact, keep: (record) => this.#keep(record) });
  }

  /** Keeps `secret` out of the log from now on. */
  learnSecret(secret: string): void {
    this.#secrets.learn(secret);
  }

  /**
   * Takes the answer of the master. The first one of a connection begins it: the records after
   * `position` are sent with `send`, and then each new one.
   */
  positioned(position: LogPosition, send: (message: LogRecords) => void): void {
    const destination = this.#destination;
    if (destination === null) return void this.#begin(position, send);
    if (destination.state !== "sending") return;
    destination.state = "idle";
    this.#sendSoon();
  }

  /** Forgets the connection; the records stay in the files. */
  disconnected(): void {
    this.#destination = null;
    this.#cancelSending?.();
    this.#cancelSending = null;
  }

  /** Resolves once everything that was logged before is in the files, or lost. */
  async whenKept(): Promise<void> {
    await this.#file.whenWritten();
  }

  /** Writes what is left and closes the files. */
  async close(): Promise<void> {
    this.disconnected();
    await this.#file.close();
  }

  #keep(record: LogRecord): void {
    const bounded = boundedRecord(record, { bytesMax: RECORD_BYTES_MAX });
    const kept = { ...bounded, journal: this.#journal, sequence: ++this.#sequence };
    this.#file.append(jsonLine(kept));
    this.#destination?.pending.push(kept);
    this.#sendSoon();
  }

  async #begin(position: LogPosition, send: Destination["send"]): Promise<void> {
    const bytesMax = LIMITS.logBacklogBytesMax;
    const destination: Destination = { send, pending: new PendingRecords({ bytesMax }), state: "reading" };
    this.#destination = destination;
    const kept = await this.#keptAfter(position, { untilSequence: this.#sequence });
    if (this.#destination !== destination) return;
    kept.append(destination.pending);
    destination.pending = kept;
    destination.state = "idle";
    this.#sendSoon();
  }

  /**
   * Reads the records after `position` up to a sequence of this process. A master that knows no
   * record of this node gets those of this process only: older ones may be about another cluster.
   */
  async #keptAfter(position: LogPosition, { untilSequence }: { untilSequence: number }): Promise<PendingRecords> {
    const pending = new PendingRecords({ bytesMax: LIMITS.logBacklogBytesMax });
    try {
      await this.#file.whenWritten();
      for (const number of this.#file.numbers) {
        for await (const line of this.#file.lines(number)) {
          const record = parseLine(line);
          if (record === null) continue;
          const isOwn = record.journal === this.#journal;
          if (isOwn ? record.sequence <= untilSequence : position.journal !== null) pending.pushKept(record, position);
        }
      }
    } catch (error) {
      this.#options.printed.warn("The log that was kept cannot be read.", { reason: asDmlError(error).message });
    }
    return pending;
  }

  #sendSoon(): void {
    const destination = this.#destination;
    if (destination === null || destination.state !== "idle" || destination.pending.isEmpty) return;
    this.#cancelSending ??= this.#options.clock.after(GATHERED_MS, () => {
      this.#cancelSending = null;
      const { logBatchRecordsMax: recordsMax, logBatchBytesMax: bytesMax } = LIMITS;
      const message = destination.pending.take({ recordsMax, bytesMax });
      if (message === null) return;
      destination.state = "sending";
      destination.send(message);
    });
  }
}

function parseLine(line: string): JournalRecord | null {
  try {
    return parseAs(journalRecordSchema, JSON.parse(line), { what: "A kept record", code: "internal" });
  } catch {
    return null;
  }
}
