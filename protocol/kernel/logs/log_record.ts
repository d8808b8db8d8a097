import { clip } from "../clip.ts";
import { escapedControls } from "../control_characters.ts";
import { isPlainError, plainValue, type Redact } from "./redaction.ts";

/** Levels of the records that are kept, the least severe first. */
export const KEPT_LEVELS = ["info", "warn", "error"] as const;
export type KeptLevel = (typeof KEPT_LEVELS)[number];

/** Value of one field of a record. */
export type LogValue = string | number | boolean | null;

/** One event of a log, in the form in which it is kept and sent. */
export interface LogRecord {
  /** Time of the event in milliseconds since the Unix epoch, by the clock of its host. */
  readonly timeMs: number;
  readonly level: KeptLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, LogValue>>;
}

/** Fields of one record, and characters of the name of one. */
export const LOG_FIELDS_MAX = 32;
export const LOG_FIELD_NAME_CHARACTERS_MAX = 64;
/** Characters of a message or of a field before a record is fitted into its bytes. */
const TEXT_CHARACTERS_MAX = 2_000;
/** Texts that are shorter are left as they are; a field is dropped instead. */
const TEXT_CHARACTERS_MIN = 16;

const encoder = new TextEncoder();

/**
 * Returns the record of a message with its fields. Nested values become JSON, errors their message;
 * the stack of an error is a field of its own at the level `error`.
 */
export function logRecordOf(
  event: Pick<LogRecord, "timeMs" | "level" | "message"> & { fields?: Readonly<Record<string, unknown>> },
  options: { redact: Redact },
): LogRecord {
  const { timeMs, level, message } = event;
  const { redact } = options;
  const fields: Record<string, LogValue> = {};
  for (const [name, value] of Object.entries(event.fields ?? {})) {
    const plain = plainValue(value, { redact });
    if (plain === undefined) continue;
    fields[name] = isPlainError(plain) ? plain.error : fieldValue(plain);
    if (isPlainError(plain) && level === "error") fields[`${name}.stack`] = plain.stack;
  }
  return { timeMs, level, message: redact(message), fields };
}

function fieldValue(plain: unknown): LogValue {
  if (typeof plain === "string" || typeof plain === "boolean" || plain === null) return plain;
  if (typeof plain === "number") return Number.isFinite(plain) ? plain : String(plain);
  return JSON.stringify(plain) ?? String(plain);
}

/**
 * Returns `record` in at most `bytesMax` bytes of JSON, with readable escapes in place of characters
 * that could steer a terminal. The longest texts are shortened first, then the last fields dropped.
 */
export function boundedRecord(record: LogRecord, { bytesMax }: { bytesMax: number }): LogRecord {
  let message = boundedText(record.message);
  const fields = Object.entries(record.fields).slice(0, LOG_FIELDS_MAX).map(([name, value]): [string, LogValue] => [
    clip(escapedControls(clip(name, LOG_FIELD_NAME_CHARACTERS_MAX)), LOG_FIELD_NAME_CHARACTERS_MAX),
    typeof value === "string" ? boundedText(value) : value,
  ]);
  const { timeMs, level } = record;
  for (;;) {
    const bounded = { timeMs, level, message, fields: Object.fromEntries(fields) };
    if (jsonBytesOf(bounded) <= bytesMax) return bounded;
    const longest = longestText(fields);
    if (longest !== null && longest.text.length >= message.length) {
      if (longest.text.length > TEXT_CHARACTERS_MIN) longest.field[1] = halved(longest.text);
      else fields.pop();
    } else if (message.length > TEXT_CHARACTERS_MIN) message = halved(message);
    else if (fields.length > 0) fields.pop();
    else return bounded;
  }
}

/** Returns the number of bytes of `value` as JSON in UTF-8. */
export function jsonBytesOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}

function boundedText(text: string): string {
  return clip(escapedControls(clip(text, TEXT_CHARACTERS_MAX)), TEXT_CHARACTERS_MAX);
}

function longestText(fields: [string, LogValue][]): { field: [string, LogValue]; text: string } | null {
  let longest: { field: [string, LogValue]; text: string } | null = null;
  for (const field of fields) {
    const [, text] = field;
    if (typeof text === "string" && text.length > (longest?.text.length ?? -1)) longest = { field, text };
  }
  return longest;
}

function halved(text: string): string {
  return clip(text, Math.max(TEXT_CHARACTERS_MIN, text.length >> 1));
}
