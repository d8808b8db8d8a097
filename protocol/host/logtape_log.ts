import { configureSync, getLogger, type Logger, type LogLevel, type LogRecord, resetSync } from "@logtape/logtape";
import { jsonLine, withoutControls } from "../kernel/control_characters.ts";
import type { Log, LogFields } from "../kernel/log.ts";
import { isPlainError, plainValue, redacted } from "../kernel/logs/redaction.ts";

/** Options of {@linkcode openLog}. */
export interface LogOptions {
  /** Lowest level that is logged. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** `text` for people, `json` for one JSON object a line. */
  readonly format: "text" | "json";
  readonly color: boolean;
  /** Writes one line, which includes its newline. */
  readonly write: (line: string) => void;
}

/** A log over LogTape, and the function that takes it down. */
export interface OpenedLog {
  readonly log: Log;
  close(): void;
}

const CATEGORY = "dml";
const LEVELS = { debug: "debug", info: "info", warn: "warning", error: "error" } as const;
const LABELS: Readonly<Record<LogLevel, readonly [label: string, style: number]>> = {
  trace: ["TRACE", 2],
  debug: ["DEBUG", 2],
  info: ["INFO ", 32],
  warning: ["WARN ", 33],
  error: ["ERROR", 31],
  fatal: ["FATAL", 31],
};

/**
 * Sets up the log of this process. Only one can be open at a time, because LogTape has one
 * configuration per process.
 */
export function openLog({ level, format, color, write }: LogOptions): OpenedLog {
  const formatLine = format === "json" ? recordLine : (record: LogRecord) => textLine(record, color);
  configureSync({
    reset: true,
    sinks: { lines: (record) => write(formatLine(withoutSecrets(record))) },
    loggers: [
      { category: CATEGORY, sinks: ["lines"], lowestLevel: LEVELS[level] },
      // LogTape reports problems of its own in this category.
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "warning" },
    ],
  });
  return { log: new LogtapeLog(getLogger(CATEGORY)), close: resetSync };
}

class LogtapeLog implements Log {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  debug(message: string, fields?: LogFields): void {
    this.#logger.debug(literal(message), { ...fields });
  }
  info(message: string, fields?: LogFields): void {
    this.#logger.info(literal(message), { ...fields });
  }
  warn(message: string, fields?: LogFields): void {
    this.#logger.warn(literal(message), { ...fields });
  }
  error(message: string, fields?: LogFields): void {
    this.#logger.error(literal(message), { ...fields });
  }
  with(fields: LogFields): Log {
    return new LogtapeLog(this.#logger.with({ ...fields }));
  }
}

// LogTape reads {this} as the place of a field, but the messages of dml are plain sentences with
// their values in fields.
function literal(message: string): string {
  return message.replace(/[{}]/g, "$&$&");
}

function withoutSecrets(record: LogRecord): LogRecord {
  const properties: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record.properties)) {
    properties[key] = plainValue(value);
  }
  return { ...record, message: [redacted(record.message.join(""))], properties };
}

function recordLine(record: LogRecord): string {
  const own = {
    time: new Date(record.timestamp).toISOString(),
    level: record.level === "warning" ? "warn" : record.level,
    message: record.message.join(""),
  };
  // Assigned twice: first for the order of the keys, last so that no field can replace them.
  return jsonLine(Object.assign({ ...own }, record.properties, own));
}

function textLine(record: LogRecord, color: boolean): string {
  const [label, style] = LABELS[record.level];
  const time = new Date(record.timestamp).toISOString().slice(11, 23);
  const fields = Object.entries(record.properties)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${fieldText(value)}`).join("");
  const stacks = record.level === "error" ? stackLines(record.properties) : "";
  const message = steerless(record.message.join(""));
  if (!color) return `${time} ${label} ${message}${fields}\n${stacks}`;
  return `\x1b[2m${time}\x1b[0m \x1b[${style}m${label}\x1b[0m ${message}\x1b[2m${fields}\x1b[0m\n${stacks}`;
}

// Stacks are printed for errors only, because only errors need a search for the cause.
function stackLines(properties: Readonly<Record<string, unknown>>): string {
  return Object.values(properties).filter(isPlainError)
    .flatMap(({ stack }) => stack.split("\n").slice(1))
    .map((line) => `  ${steerless(line)}\n`).join("");
}

function fieldText(value: unknown): string {
  if (isPlainError(value)) return fieldText(value.error);
  const isBare = typeof value === "string" && /^[\w.:@/[\]-]+$/.test(value);
  return steerless(isBare ? value : JSON.stringify(value) ?? "undefined");
}

// Names of nodes and texts of other programs can contain anything, and must not control the
// terminal.
function steerless(text: string): string {
  return withoutControls(text, "?");
}
