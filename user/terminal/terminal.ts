import { DmlError } from "../../protocol/kernel/errors.ts";
import { fileReason } from "./file_reason.ts";

/** Where a command writes: standard output for results, standard error for everything else, and one status line. */
export interface Terminal {
  /** How wide standard output is, in characters; without end when it is no terminal. */
  readonly outColumns: number;
  /** How wide standard error is. */
  readonly errorColumns: number;
  /** Whether somebody watches standard error, so that a progress bar makes sense. */
  readonly isWatched: boolean;
  readonly outColor: boolean;
  readonly errorColor: boolean;
  /** Writes to standard output; throws `output_unwritable`, and `BrokenPipe` when whoever read it left. */
  out(text: string): void;
  /** Writes to standard error. That it cannot is nowhere to be said, so it is no failure. */
  error(text: string): void;
  /** Shows `text` below everything else, in place of what it showed before; null takes it away. Nothing when nobody watches. */
  status(text: string | null): void;
}

interface Writer {
  writeSync(bytes: Uint8Array): number;
}

/** What of the process {@linkcode openTerminal} needs; tests pass their own. */
export interface TerminalStreams {
  readonly stdout: Writer & { isTerminal(): boolean };
  readonly stderr: Writer & { isTerminal(): boolean };
  readonly consoleSize: () => { columns: number };
}

const COLUMNS_UNKNOWN = 80;
const CLEAR_LINE = "\r\x1b[2K";

/** The terminal of this process. `color` null: where a stream is a terminal, unless `noColor` (https://no-color.org). */
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
  // A terminal that was never told its size says 0.
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
    isWatched,
    outColor: hasColor(streams.stdout.isTerminal()),
    errorColor: hasColor(isWatched),
    out: (text) => aboveStatus(() => writeResult(streams.stdout, text)),
    error: (text) => aboveStatus(() => writeIfPossible(streams.stderr, text)),
    status(text) {
      if (!isWatched || text === statusText) return;
      statusText = text;
      writeIfPossible(streams.stderr, CLEAR_LINE + (text ?? ""));
    },
  };
}

function writeResult(stream: Writer, text: string): void {
  try {
    writeAll(stream, text);
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) throw cause;
    throw new DmlError("output_unwritable", `Standard output cannot be written: ${fileReason(cause)}.`, {
      cause,
      advice: "Make room where it goes, or send it elsewhere.",
    });
  }
}

function writeIfPossible(stream: Writer, text: string): void {
  try {
    writeAll(stream, text);
  } catch {
    return; // The last place where it could have been said.
  }
}

function writeAll(stream: Writer, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
