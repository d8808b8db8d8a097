import type { LogPage, SourcedRecord } from "../../protocol/http_api/log_api.ts";
import { backoffMs } from "../../protocol/kernel/backoff.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { sleep } from "../../protocol/kernel/sleep.ts";
import { EXIT_INTERRUPTED, EXIT_OK } from "../cli/exit.ts";
import type { LogsCommand } from "../cli/logs/logs_command.ts";
import type { LogChoice, LogsClient } from "../client/logs_client.ts";
import { LogLineFormat } from "../reports/log_line.ts";
import { printable } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Time for which the master holds a request; shorter than what proxies on the way allow. */
const WAIT_MS = 25_000;
const RETRY_BACKOFF = { minMs: 250, maxMs: 5_000 };
/** Failures of a master that may be back in a moment. */
const OUTAGES: readonly string[] = ["master_unreachable", "shutting_down", "connection_lost", "queue_full"];

export interface LogsContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly logs: LogsClient;
}

/** Prints the logs of a cluster, and goes on with new lines if asked to. Returns the exit code. */
export async function runLogs(command: LogsCommand, context: LogsContext): Promise<number> {
  const { clock, terminal } = context;
  const { node, level, sinceMs, follows, json } = command;
  const choice: LogChoice = { node, level, sinceMs: sinceMs === null ? 0 : Math.max(0, clock.wallMs() - sinceMs) };
  const format = new LogLineFormat({ color: terminal.outColor });
  const print = (records: readonly SourcedRecord[]) => {
    terminal.out(records.map((record) => json ? jsonLine(record) : format.line(record)).join(""));
  };
  const cursor = await printPast(command.tail, { choice, print, logs: context.logs });
  if (!follows) return EXIT_OK;
  await follow(cursor, { ...context, choice, print });
  return EXIT_INTERRUPTED;
}

interface Printing {
  readonly choice: LogChoice;
  readonly print: (records: readonly SourcedRecord[]) => void;
  readonly logs: LogsClient;
}

/** Prints the newest `tail` records, or all if it is `null`. Returns the cursor behind them. */
async function printPast(tail: number | null, { choice, print, logs }: Printing): Promise<number> {
  if (tail !== null && tail <= LIMITS.logPageRecordsMax) {
    const { records, cursor } = await logs.tail(tail, choice);
    print(inOrderOfTime(records));
    return cursor;
  }
  let kept: SourcedRecord[] = [];
  let page: LogPage = { records: [], cursor: 0, isMore: true };
  while (page.isMore) {
    page = await logs.after(page.cursor, { ...choice, waitMs: 0 });
    if (tail === null) print(page.records);
    else kept = [...kept, ...page.records].slice(-tail);
  }
  print(inOrderOfTime(kept));
  return page.cursor;
}

/** A node that was away sends its records late, so they are sorted in between the others. */
function inOrderOfTime(records: readonly SourcedRecord[]): SourcedRecord[] {
  return records.toSorted((one, other) => one.timeMs - other.timeMs);
}

/** Prints new records until the command is stopped. An outage of the master only interrupts it. */
async function follow(start: number, { terminal, clock, random, signal, logs, ...printing }: LogsContext & Printing) {
  let cursor = start;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const page = await logs.after(cursor, { ...printing.choice, waitMs: WAIT_MS });
      if (failures > 0) terminal.error("The master is back.\n");
      failures = 0;
      printing.print(page.records);
      cursor = page.cursor;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof DmlError) || !OUTAGES.includes(error.code)) throw error;
      if (failures === 0) terminal.error(`${printable(error.message)} Waiting for it; Ctrl-C ends this.\n`);
      failures++;
      await sleep(backoffMs(failures, { random, ...RETRY_BACKOFF }), { clock, signal });
    }
  }
}
