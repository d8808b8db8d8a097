import { hasControls, withoutControls } from "../../protocol/kernel/control_characters.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { fileReason } from "./file_reason.ts";

/**
 * Outputs of a command: standard output for results, standard error for everything else, and one
 * status line.
 */
export interface Terminal {
  /** Width of standard output in columns; `Infinity` if it is no terminal. */
  readonly outColumns: number;
  /** Width of standard error in columns; `Infinity` if it is no terminal. */
  readonly errorColumns: number;
  /** True if standard output is a terminal, so that nothing but people reads it. */
  readonly isOutWatched: boolean;
  /** True if standard error is a terminal, on which a progress bar makes sense. */
  readonly isWatched: boolean;
  readonly outColor: boolean;
  readonly errorColor: boolean;
  /**
   * Writes to standard output. Throws `output_unwritable`, or `BrokenPipe` if its reader has gone.
   */
  out(text: string): void;
  /** Writes to standard error. A failure is ignored, since there is nowhere left to report it. */
  error(text: string): void;
  /**
   * Shows `text` below all other output, replacing the previous status; `null` removes it. Has no
   * effect if standard error is no terminal.
   */
  status(text: string | null): void;
}

interface Writer {
  writeSync(bytes: Uint8Array): number;
}

/** Parts of the process that {@linkcode openTerminal} needs; tests pass their own. */
export interface TerminalStreams {
  readonly stdout: Writer & { isTerminal(): boolean };
  readonly stderr: Writer & { isTerminal(): boolean };
  readonly consoleSize: () => { columns: number };
}

const COLUMNS_UNKNOWN = 80;
const CLEAR_LINE = "\r\x1b[2K";
/** Styles, line breaks and tabs, which are the only controls that a command may print. */
// deno-lint-ignore no-control-regex -- a style begins with ESC
const LAYOUT = /(\x1b\[\d{1,2}m|[\n\t])/;

/**
 * Opens the terminal of this process. If `color` is `null`, a stream is coloured if it is a
 * terminal and `noColor` is false (https://no-color.org).
 */
export function openTerminal(options: {
  color: boolean | null;
  noColor: boolean;
  streams?: TerminalStreams;
}): Terminal {
  const streams = options.streams ?? {
    stdout: Deno.stdout,
    stderr: Deno.stderr,
    consoleSize: Deno.consoleSize,
  };
  const isWatched = streams.stderr.isTerminal();
  const hasColor = (isTerminal: boolean) => options.color ?? (isTerminal && !options.noColor);
  // A terminal whose size was never set reports 0.
  const columns = () => streams.consoleSize().columns || COLUMNS_UNKNOWN;
  let statusText: string | null = null;

  function aboveStatus(write: () => void): void {
    if (statusText === null) return write();
    writeIfPossible(streams.stderr, CLEAR_LINE);
    write();
    writeIfPossible(streams.stderr, statusText);
  }

  return {
    outColumns: streams.stdout.isTerminal() ? columns() : Infinity,
    errorColumns: isWatched ? columns() : Infinity,
    isOutWatched: streams.stdout.isTerminal(),
    isWatched,
    outColor: hasColor(streams.stdout.isTerminal()),
    errorColor: hasColor(isWatched),
    out: (text) => aboveStatus(() => writeResult(streams.stdout, harmless(text))),
    error: (text) => aboveStatus(() => writeIfPossible(streams.stderr, harmless(text))),
    status(text) {
      if (!isWatched || text === statusText) return;
      statusText = text === null ? null : harmless(text);
      writeIfPossible(streams.stderr, CLEAR_LINE + (statusText ?? ""));
    },
  };
}

/**
 * Returns `text` without controls that are not {@linkcode LAYOUT}. The last line of defence: who
 * prints what comes from outside has made it printable already.
 */
function harmless(text: string): string {
  if (!hasControls(text)) return text;
  return text.split(LAYOUT).map((part, at) => at % 2 === 1 ? part : withoutControls(part, "?")).join("");
}

function writeResult(stream: Writer, text: string): void {
  try {
    writeAll(stream, text);
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) throw cause;
    throw new DmlError("output_unwritable", `Standard output cannot be written: ${fileReason(cause)}.`, {
      cause,
      advice: "Free space at its destination, or redirect it elsewhere.",
    });
  }
}

function writeIfPossible(stream: Writer, text: string): void {
  try {
    writeAll(stream, text);
  } catch {
    return; // There is no other place to report it.
  }
}

function writeAll(stream: Writer, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
