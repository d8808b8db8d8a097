import { openTerminal, type TerminalStreams } from "../../../user/terminal/terminal.ts";
import { ProgressBar, renderBar } from "../../../user/terminal/progress_bar.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertThrows } from "../../assert.ts";
import { ManualClock } from "../../protocol/manual_clock.ts";
import { FakeTerminal } from "../fake_terminal.ts";

/** Returns streams that record their output and accept at most three bytes a call. */
function streams({ out, error }: { out: boolean; error: boolean }): TerminalStreams & { written: string[] } {
  const written: string[] = [];
  const stream = (name: string, isTerminal: boolean) => ({
    isTerminal: () => isTerminal,
    writeSync(bytes: Uint8Array): number {
      const part = bytes.subarray(0, 3);
      written.push(name + new TextDecoder().decode(part));
      return part.length;
    },
  });
  return { stdout: stream("o", out), stderr: stream("e", error), consoleSize: () => ({ columns: 99 }), written };
}

Deno.test("openTerminal() colours terminals, unless NO_COLOR or a flag says otherwise", () => {
  const table: [boolean | null, boolean, [boolean, boolean]][] = [
    [null, false, [true, false]],
    [null, true, [false, false]],
    [true, true, [true, true]],
    [false, false, [false, false]],
  ];
  for (const [color, noColor, expected] of table) {
    const terminal = openTerminal({ color, noColor, streams: streams({ out: true, error: false }) });
    assertEquals([terminal.outColor, terminal.errorColor], expected);
    assertEquals([terminal.outColumns, terminal.errorColumns, terminal.isWatched], [99, Infinity, false]);
    assertEquals(terminal.isOutWatched, true);
  }
});

Deno.test("openTerminal() assumes 80 columns for a terminal without a size", () => {
  const unsized = { ...streams({ out: true, error: true }), consoleSize: () => ({ columns: 0 }) };
  const terminal = openTerminal({ color: null, noColor: false, streams: unsized });
  assertEquals([terminal.outColumns, terminal.errorColumns], [80, 80]);
});

Deno.test("openTerminal() writes everything, and keeps the status below the text", () => {
  const kept = streams({ out: false, error: true });
  const terminal = openTerminal({ color: false, noColor: false, streams: kept });
  const taken = () => kept.written.splice(0).map((part) => part.slice(1)).join("");
  terminal.out("abcdefgh");
  assertEquals(taken(), "abcdefgh");
  terminal.status("50%");
  assertEquals(taken(), "\r\x1b[2K50%");
  terminal.status("50%");
  assertEquals(taken(), "");
  terminal.error("line\n");
  assertEquals(taken(), "\r\x1b[2Kline\n50%");
  terminal.status(null);
  assertEquals(taken(), "\r\x1b[2K");
  terminal.error("line\n");
  assertEquals(taken(), "line\n");
});

Deno.test("openTerminal() writes styles and line breaks, but nothing else that steers a terminal", () => {
  const bytes: number[] = [];
  const stream = {
    isTerminal: () => true,
    writeSync(part: Uint8Array): number {
      bytes.push(...part);
      return part.length;
    },
  };
  const both = { stdout: stream, stderr: stream, consoleSize: () => ({ columns: 99 }) };
  const terminal = openTerminal({ color: true, noColor: false, streams: both });
  const taken = () => new TextDecoder().decode(Uint8Array.from(bytes.splice(0)));
  const hostile = "\x1b[31mred\x1b[0m\ta\u202eb\u009b2J\x1b[2J\x1b]0;title\x07\n";
  const harmless = "\x1b[31mred\x1b[0m\ta?b?2J?[2J?]0;title?\n";
  terminal.out(hostile);
  assertEquals(taken(), harmless);
  terminal.error(hostile);
  assertEquals(taken(), harmless);
  terminal.status("\u202e50%");
  assertEquals(taken(), "\r\x1b[2K?50%");
});

Deno.test("openTerminal() shows no status unless its output is a terminal", () => {
  const kept = streams({ out: true, error: false });
  const terminal = openTerminal({ color: null, noColor: false, streams: kept });
  terminal.status("50%");
  terminal.status(null);
  assertEquals(kept.written, []);
});

Deno.test("openTerminal() throws output_unwritable if standard output cannot be written, except when its reader has left", () => {
  const table: [Error, new (...options: never[]) => Error, string][] = [
    [
      new Error("No space left on device (os error 28)"),
      DmlError,
      "Standard output cannot be written: No space left on device.",
    ],
    [new Deno.errors.BrokenPipe("gone"), Deno.errors.BrokenPipe, "gone"],
  ];
  for (const [failure, kind, message] of table) {
    const failing = streams({ out: false, error: false });
    failing.stdout.writeSync = () => {
      throw failure;
    };
    const terminal = openTerminal({ color: null, noColor: false, streams: failing });
    assertThrows(() => terminal.out("result"), kind, message);
  }
});

Deno.test("openTerminal() goes on if standard error cannot be written", () => {
  const failing = streams({ out: false, error: true });
  failing.stderr.writeSync = () => {
    throw new Error("No space left on device (os error 28)");
  };
  const terminal = openTerminal({ color: null, noColor: false, streams: failing });
  terminal.status("50%");
  terminal.error("error\n");
  terminal.out("abc");
  assertEquals(failing.written, ["oabc"]);
});

Deno.test("renderBar() fills by the fraction and keeps its width", () => {
  const table: [number, string][] = [
    [-1, "[----]"],
    [0, "[----]"],
    [0.5, "[##--]"],
    [1, "[####]"],
    [7, "[####]"],
  ];
  for (const [fraction, expected] of table) assertEquals(renderBar(fraction, 4), expected);
});

Deno.test("ProgressBar() draws at most a dozen times a second, always draws its end, and fits the terminal", () => {
  const [terminal, clock] = [new FakeTerminal(), new ManualClock()];
  terminal.errorColumns = 40;
  const bar = new ProgressBar(terminal, clock);
  for (let step = 0; step < 1_000; step++) {
    clock.advance(1);
    bar.update(step / 1_000, "of a model with a rather long name");
  }
  bar.update(1, "done");
  bar.finish();
  assertEquals(terminal.statuses.length, 13 + 2);
  assertEquals(terminal.statuses.slice(-2), [`${renderBar(1)} done`, null]);
  for (const status of terminal.statuses) assertEquals((status ?? "").length < 40, true);
});
