/** Values logged with a message. They never contain image bytes or a token. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Destination of log messages. `protocol/host/logtape_log.ts` is its adapter for LogTape. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Returns the same log with `fields` added to every message. */
  with(fields: LogFields): Log;
}

/** A log that discards all messages. */
export const SILENT_LOG: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => SILENT_LOG,
};
