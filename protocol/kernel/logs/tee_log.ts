import type { Clock } from "../clock.ts";
import type { Log, LogFields } from "../log.ts";
import { type KeptLevel, type LogRecord, logRecordOf } from "./log_record.ts";
import { plainValue, type Redact } from "./redaction.ts";

export interface TeeLogOptions {
  /** The log that prints, which decides by itself about levels. */
  readonly printed: Log;
  /** Receives a record of every message of the level `info` and above. */
  readonly keep: (record: LogRecord) => void;
  readonly clock: Pick<Clock, "wallMs">;
  readonly redact: Redact;
}

/** A log that passes each message to the log that prints, and keeps it, both without secrets. */
export class TeeLog implements Log {
  readonly #options: TeeLogOptions;
  readonly #fields: LogFields;

  constructor(options: TeeLogOptions, fields: LogFields = {}) {
    this.#options = options;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    const { printed, redact } = this.#options;
    printed.debug(redact(message), this.#plain(fields));
  }
  info(message: string, fields?: LogFields): void {
    this.#log("info", message, fields);
  }
  warn(message: string, fields?: LogFields): void {
    this.#log("warn", message, fields);
  }
  error(message: string, fields?: LogFields): void {
    this.#log("error", message, fields);
  }
  with(fields: LogFields): Log {
    return new TeeLog(this.#options, { ...this.#fields, ...fields });
  }

  #log(level: KeptLevel, message: string, fields: LogFields = {}): void {
    const { printed, redact } = this.#options;
    printed[level](redact(message), this.#plain(fields));
    this.keptOnly(level, message, fields);
  }

  /** Keeps a message that is not printed, because it is printed elsewhere. */
  keptOnly(level: KeptLevel, message: string, fields: LogFields = {}): void {
    const { keep, clock, redact } = this.#options;
    keep(logRecordOf({ timeMs: clock.wallMs(), level, message, fields: { ...this.#fields, ...fields } }, { redact }));
  }

  #plain(fields: LogFields = {}): LogFields {
    const { redact } = this.#options;
    const all = { ...this.#fields, ...fields };
    return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, plainValue(value, { redact })]));
  }
}
