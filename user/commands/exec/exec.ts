import type { NodeListing } from "../../../protocol/http_api/api.ts";
import type { ExecOutcome } from "../../../protocol/http_api/exec_api.ts";
import { asDmlError, DmlError } from "../../../protocol/kernel/errors.ts";
import type { ExecCommand } from "../../cli/exec/exec_command.ts";
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_SOME_FAILED, exitCodeOf } from "../../cli/exit.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import type { ExecClient, OnOutput } from "../../client/exec_client.ts";
import { mapInOrder } from "../../pictures/map_in_order.ts";
import { ExecJson, ExecLines, type ExecReport, type ExecRow } from "../../reports/exec_report.ts";
import { OutputLines } from "../../reports/output_lines.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { chooseNodes } from "../fleet/choose_nodes.ts";

export interface ExecContext {
  readonly terminal: Terminal;
  readonly cluster: Pick<ClusterClient, "nodes">;
  readonly exec: ExecClient;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Outcome of a program on one node, and the error if it did not run to its end. */
interface Result {
  readonly row: ExecRow;
  readonly error: DmlError | null;
}

/** Number that shells add to that of the signal that ended a program. */
const SIGNAL_BASE = 128;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/**
 * Runs a program on nodes, several at a time, prints its output as it comes, and what became of it
 * on each. Returns the exit code.
 */
export async function runExec(command: ExecCommand, context: ExecContext): Promise<number> {
  const { terminal, cluster, signal } = context;
  const { asked, skipped } = chooseNodes(command.targets, await cluster.nodes());
  const report = command.json ? new ExecJson(terminal) : new ExecLines(terminal, asked);
  const results: Result[] = [];
  const work = (node: NodeListing) => runOn(node, command, { ...context, report });
  for await (const result of mapInOrder(asked, { concurrency: command.parallel, work })) results.push(result);
  const rows = results.map(({ row }) => row);
  report.end([...rows, ...skipped.map(skippedRow)]);
  if (signal.aborted) return EXIT_INTERRUPTED;
  return exitCode(results);
}

async function runOn(
  node: NodeListing,
  { program, arguments: args, timeoutMs }: ExecCommand,
  { exec, report, signal }: ExecContext & { report: ExecReport },
): Promise<Result> {
  const lines = new OutputLines((stream, line) => report.line(node, stream, line));
  let unprinted: { readonly error: unknown } | null = null;
  const print: OnOutput = (stream, bytes) => {
    try {
      lines.add(stream, bytes);
    } catch (error) {
      unprinted = { error };
      throw error;
    }
  };
  try {
    const request = { program, arguments: [...args], timeoutMs };
    const outcome = await exec.run(node.nodeId, request, print);
    lines.end();
    return { row: rowOf(node, outcome), error: null };
  } catch (thrown) {
    if (unprinted !== null) throw (unprinted as { error: unknown }).error;
    lines.end();
    const error = asDmlError(thrown);
    const isInterrupted = signal.aborted || error.code === "interrupted";
    const outcome = isInterrupted ? "interrupted" : "refused";
    const detail = isInterrupted ? "The node is told to end it." : `${error.message} ${error.advice}`;
    const row: ExecRow = { ...named(node), outcome, exitCode: null, signal: null, detail, durationMs: null };
    return { row, error };
  }
}

function rowOf(node: NodeListing, { end, exitCode, signal, reason, durationMs }: ExecOutcome): ExecRow {
  const outcome = end === "exited" ? (exitCode === 0 ? "ok" : "failed") : end;
  const detail = reason ?? (signal === null ? "" : `It was ended by ${signal}.`);
  return { ...named(node), outcome, exitCode, signal, detail, durationMs };
}

function skippedRow(node: NodeListing): ExecRow {
  const detail = "It is not connected.";
  return { ...named(node), outcome: "skipped", exitCode: null, signal: null, detail, durationMs: null };
}

function named({ nodeId, name }: NodeListing): Pick<NodeListing, "nodeId" | "name"> {
  return { nodeId, name };
}

/** Returns the exit code for the results: that of the program itself if it ran on a single node. */
function exitCode(results: readonly Result[]): number {
  if (results.every(({ row }) => row.outcome === "ok")) return EXIT_OK;
  const errors = results.flatMap(({ error }) => error ?? []);
  if (errors.length === results.length) return exitCodeOf(errors, { tried: results.length });
  const [{ row }, ...others] = results;
  if (others.length > 0 || row.outcome !== "failed") return EXIT_SOME_FAILED;
  if (row.exitCode !== null) return row.exitCode;
  return row.signal === null ? EXIT_SOME_FAILED : SIGNAL_BASE + (SIGNAL_NUMBERS[row.signal] ?? 0);
}
