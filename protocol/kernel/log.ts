/** What a log line carries beside its message. Never image bytes, never a token. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where log lines go. The adapter over LogTape is `protocol/host/logtape_log.ts`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with `fields` on every line. */
  with(fields: LogFields): Log;
}

/** A log that keeps nothing. */
export const SILENT_LOG: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => SILENT_LOG,
};
