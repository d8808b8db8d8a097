import type { OutputStream } from "../../protocol/messages/exec.ts";
import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { type Column, displayWidth, formatDuration, printable, renderTable, shortened } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Node, as reports name it. */
export interface NamedNode {
  readonly nodeId: string;
  readonly name: string;
}

/** Outcome of a program on one node. */
export interface ExecRow extends NamedNode {
  readonly outcome:
    | "ok"
    | "failed"
    | "timed_out"
    | "cancelled"
    | "output_limit"
    | "refused"
    | "lost"
    | "interrupted"
    | "skipped";
  /** `null` if the program has none. */
  readonly exitCode: number | null;
  /** Name of the signal that ended it; `null` if none did. */
  readonly signal: string | null;
  /** Reason for people; empty if the outcome says everything. */
  readonly detail: string;
  /** `null` if nothing ran. */
  readonly durationMs: number | null;
}

/** Output of `dml exec`. */
export interface ExecReport {
  line(node: NamedNode, stream: OutputStream, line: string): void;
  /** Prints the summary. */
  end(rows: readonly ExecRow[]): void;
}

/** Styles of the names, given out one after the other: cyan, magenta, blue, green, yellow, and brighter. */
const NAME_STYLES = [36, 35, 34, 32, 33, 96, 95, 94, 92, 93] as const;
const NAME_COLUMNS_MAX = 24;
const COLUMNS: readonly Column[] = [
  { title: "node" },
  { title: "outcome" },
  { title: "exit code", align: "right" },
  { title: "time", align: "right" },
  { title: "detail", shrinks: true },
];

/** Report for people: each line behind the name of its node, and a table on standard error. */
export class ExecLines implements ExecReport {
  readonly #terminal: Terminal;
  readonly #labels = new Map<string, { text: string; style: number }>();

  constructor(terminal: Terminal, nodes: readonly NamedNode[]) {
    this.#terminal = terminal;
    const widest = Math.max(...nodes.map(({ name }) => displayWidth(printable(name))));
    const columns = Math.min(NAME_COLUMNS_MAX, widest);
    for (const [at, { nodeId, name }] of nodes.entries()) {
      const shown = shortened(printable(name), columns);
      const text = shown + " ".repeat(Math.max(0, columns - displayWidth(shown)));
      this.#labels.set(nodeId, { text, style: NAME_STYLES[at % NAME_STYLES.length] });
    }
  }

  line({ nodeId, name }: NamedNode, stream: OutputStream, line: string): void {
    const { outColor, errorColor } = this.#terminal;
    const { text, style } = this.#labels.get(nodeId) ?? { text: printable(name), style: 0 };
    const color = stream === "stdout" ? outColor : errorColor;
    const label = color ? `\x1b[${style}m${text}\x1b[0m` : text;
    const printed = `${label} ${printable(line.replaceAll("\t", "    "))}\n`;
    if (stream === "stdout") this.#terminal.out(printed);
    else this.#terminal.error(printed);
  }

  end(rows: readonly ExecRow[]): void {
    const cells = rows.map(({ name, outcome, exitCode, durationMs, detail }) => [
      printable(name),
      outcome.replace("_", " "),
      exitCode === null ? "" : String(exitCode),
      durationMs === null ? "" : formatDuration(durationMs),
      printable(detail),
    ]);
    const { errorColumns: columnsMax, errorColor: color } = this.#terminal;
    this.#terminal.error(renderTable(COLUMNS, cells, { columnsMax, color }));
  }
}

/** Report for programs: one JSON object a line on standard output. */
export class ExecJson implements ExecReport {
  readonly #terminal: Pick<Terminal, "out">;

  constructor(terminal: Pick<Terminal, "out">) {
    this.#terminal = terminal;
  }

  line({ nodeId, name }: NamedNode, stream: OutputStream, line: string): void {
    this.#terminal.out(jsonLine({ node: name, nodeId, stream, line }));
  }

  end(rows: readonly ExecRow[]): void {
    for (const { name, nodeId, ...row } of rows) this.#terminal.out(jsonLine({ node: name, nodeId, ...row }));
  }
}
