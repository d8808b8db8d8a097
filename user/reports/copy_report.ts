import type { NodeListing } from "../../protocol/http_api/api.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import type { TargetReport } from "../files/tree_copy.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";
import { counted, formatBytes, printable } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Failures of one target that are printed; --json has them all. */
const FAILURES_MAX = 20;

/** The progress of a copy on the status line. */
export class CopyProgress {
  readonly #bar: ProgressBar;
  readonly #clock: Clock;
  readonly #totalBytes: number;
  readonly #startedMs: number;
  #doneBytes = 0;

  constructor(terminal: Terminal, clock: Clock, totalBytes: number) {
    this.#bar = new ProgressBar(terminal, clock);
    this.#clock = clock;
    this.#totalBytes = totalBytes;
    this.#startedMs = clock.nowMs();
  }

  /** Adds bytes that a target has. */
  add(bytes: number): void {
    this.#doneBytes += bytes;
    const fraction = this.#totalBytes === 0 ? 1 : Math.min(1, this.#doneBytes / this.#totalBytes);
    const seconds = Math.max(1, this.#clock.nowMs() - this.#startedMs) / 1_000;
    const rate = formatBytes(this.#doneBytes / seconds);
    this.#bar.update(fraction, `${formatBytes(this.#doneBytes)} of ${formatBytes(this.#totalBytes)}, ${rate}/s`);
  }

  /** Removes the progress. */
  finish(): void {
    this.#bar.finish();
  }
}

/** Prints what became of a copy at each target; failures go to standard error. */
export function printReports(
  reports: readonly TargetReport[],
  { terminal, json, nodes }: {
    terminal: Terminal;
    json: boolean;
    nodes: readonly (Pick<NodeListing, "nodeId" | "name"> | null)[];
  },
): void {
  for (const [index, { copied, same, bytes, failures }] of reports.entries()) {
    const node = nodes[index];
    if (json) {
      const failed = failures.map(({ path, error: { code, message } }) => ({ path, code, message }));
      const ok = failed.length === 0;
      const { name = null, nodeId = null } = node ?? {};
      terminal.out(jsonLine({ node: name, nodeId, ok, copied, same, bytes, failed }));
      continue;
    }
    const begin = node === null ? "" : `${node.name}: `;
    for (const { path, error } of failures.slice(0, FAILURES_MAX)) {
      const name = error.message.includes(path) ? "" : `${path}: `;
      terminal.error(`${printable(`${begin}${name}${error.message}`)}\n  ${printable(error.advice)}\n`);
    }
    if (failures.length > FAILURES_MAX) {
      terminal.error(`${printable(begin)}${failures.length - FAILURES_MAX} more failed; --json names them.\n`);
    }
    const done = [
      `${counted(copied, "file")} copied (${formatBytes(bytes)})`,
      ...same === 0 ? [] : [`${same} were there already`],
      ...failures.length === 0 ? [] : [`${failures.length} failed`],
    ];
    terminal.out(`${printable(begin)}${done.join(", ")}.\n`);
  }
}
