import { withoutControls } from "../../protocol/kernel/control_characters.ts";
import type { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

/** Returns `text` in a style, or unchanged if colour is off. */
export function styled(text: string, style: keyof typeof STYLES, color: boolean): string {
  return color ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
}

/**
 * Returns `text` with a question mark in place of every character that could control a terminal or
 * change the direction of text. For all that comes from outside: names, labels, reasons, files.
 */
export function printable(text: string): string {
  return withoutControls(text, "?");
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60\u3000-\u303f]/u;

/**
 * Returns the number of columns that `text` takes on a terminal: none for combining marks, two for
 * East Asian letters and emoji.
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\u200d/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/**
 * Shortens `text` to `width` columns by omitting its middle, since the end of a path says the most.
 */
export function shortened(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = [...text];
  let [start, end] = ["", ""];
  while (characters.length > 0) {
    const fromEnd = displayWidth(end) <= displayWidth(start) * 2;
    const character = (fromEnd ? characters.pop() : characters.shift())!;
    if (displayWidth(start + character + end) + 1 > width) break;
    if (fromEnd) end = character + end;
    else start += character;
  }
  return `${start}…${end}`;
}

/** One column of {@linkcode renderTable}. */
export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Set if this column is shortened when the table is wider than the terminal. */
  readonly shrinks?: true;
}

/**
 * Formats a table with a header. It is as wide as its cells, or at most `columnsMax` if a column
 * may shrink. Ends with a newline.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { columnsMax: number; color: boolean },
): string {
  const gap = "  ";
  const lines = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => displayWidth(line[index]))));
  const excess = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) -
    options.columnsMax;
  const shrinking = columns.findIndex((column) => column.shrinks);
  if (excess > 0 && shrinking >= 0) widths[shrinking] = Math.max(12, widths[shrinking] - excess);
  return lines.map((line, row) => {
    const cells = line.map((cell, index) => {
      const text = shortened(cell, widths[index]);
      const padding = " ".repeat(widths[index] - displayWidth(text));
      return columns[index].align === "right" ? padding + text : text + padding;
    });
    const text = cells.join(gap).trimEnd();
    return row === 0 ? styled(text, "bold", options.color) : text;
  }).map((line) => `${line}\n`).join("");
}

/** Formats an error as one line: the problem, its subject, and the advice. */
export function renderError(
  error: DmlError,
  options: { color: boolean; subject?: string },
): string {
  const { subject } = options;
  const named = subject === undefined || isNamedIn(error.message, subject);
  const sentence = named ? error.message : `${subject}: ${error.message}`;
  const ended = /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
  const label = styled("error:", "red", options.color);
  return `${label} ${printable(ended)} ${printable(error.advice)}\n`;
}

/** Returns true if `sentence` contains `subject` as a word of its own, not only as part of one. */
function isNamedIn(sentence: string, subject: string): boolean {
  return subject === "" ||
    sentence.split(subject).some((before, index, parts) =>
      index + 1 < parts.length && !/[\p{L}\p{N}_]$/u.test(before) && !/^[\p{L}\p{N}_]/u.test(parts[index + 1])
    );
}

/** Formats a count with its noun: `1 person`, `2 persons`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Formats a size in powers of 1024: `64 MiB`, `1.2 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${trimmed(value, unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** Formats a duration: `340 ms`, `1.2 s`, `2 min 5 s`, `3 h 4 min`. */
export function formatDuration(durationMs: number): string {
  if (Math.round(durationMs) < 1_000) return `${Math.round(durationMs)} ms`;
  if (Math.round(durationMs / 100) < 600) return `${trimmed(durationMs / 1_000, 1)} s`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 3_600) return withRest([Math.floor(seconds / 60), "min"], [seconds % 60, "s"]);
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return withRest([Math.floor(minutes / 60), "h"], [minutes % 60, "min"]);
  return withRest([Math.floor(minutes / 1_440), "d"], [Math.floor(minutes % 1_440 / 60), "h"]);
}

/**
 * Formats the measured speed of one worker in images a second: `6.7/s`, `5,210/s`, or
 * `over 1,000,000/s`, which is the most that is measured.
 */
export function formatRate(perSecond: number): string {
  const most = LIMITS.imagesPerSecondMax;
  if (perSecond >= most) return `over ${most.toLocaleString("en")}/s`;
  return `${perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en")}/s`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0+$/, "");
}

function withRest(whole: [number, string], rest: [number, string]): string {
  return rest[0] === 0 ? whole.join(" ") : `${whole.join(" ")} ${rest.join(" ")}`;
}
