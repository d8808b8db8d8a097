import { displayWidth, printable, shortened, styled } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Outcome of an order about one node. */
interface OrderRow {
  readonly name: string;
  readonly outcome: "ok" | "failed" | "skipped" | "dry-run";
  readonly detail: string;
}

/** Widest column of names; a longer name is shortened. */
const NAME_COLUMNS_MAX = 32;
const OUTCOME_COLUMNS = "dry-run".length;
/** Number of nodes up to which all lines of an outcome are printed; --json always has them. */
const DETAILED_NODES_MAX = 10;
const GAP = "  ";
const COLORS = { ok: "green", failed: "red", skipped: "yellow", "dry-run": "dim" } as const;

/**
 * Report of an order: a row for each node as its outcome comes in, and a count. The outcome of a
 * single node is its own sentence.
 */
export class OrderReport {
  readonly #terminal: Terminal;
  readonly #nodes: number;
  readonly #nameColumns: number;
  readonly #counts = new Map<OrderRow["outcome"], number>();

  constructor(terminal: Terminal, names: readonly string[]) {
    this.#terminal = terminal;
    this.#nodes = names.length;
    const widest = names.reduce((width, name) => Math.max(width, displayWidth(printable(name))), "node".length);
    this.#nameColumns = Math.min(NAME_COLUMNS_MAX, widest);
  }

  /** Prints the outcome of one node. */
  print({ name, outcome, detail }: OrderRow): void {
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
    const { outColumns, outColor } = this.#terminal;
    const [summary, ...rest] = detail.split("\n").map(printable);
    if (this.#nodes === 1) {
      const mark = outcome === "failed" ? `${styled("failed", "red", outColor)}: ` : "";
      this.#terminal.out(
        [`${printable(name)}: ${mark}${summary}`, ...rest.map((line) => GAP + line)].join("\n") + "\n",
      );
      return;
    }
    const shown = shortened(printable(name), this.#nameColumns);
    const head = shown + " ".repeat(this.#nameColumns - displayWidth(shown)) + GAP;
    const verdict = styled(outcome.padEnd(OUTCOME_COLUMNS), COLORS[outcome], outColor) + GAP;
    const room = outColumns - this.#nameColumns - OUTCOME_COLUMNS - 2 * GAP.length;
    const details = this.#nodes <= DETAILED_NODES_MAX ? rest : [];
    const lines = details.map((line) => GAP + shortened(line, Math.max(20, outColumns - GAP.length)));
    this.#terminal.out([head + verdict + shortened(summary, Math.max(20, room)), ...lines].join("\n") + "\n");
  }

  /** Prints how many nodes there were of each outcome. */
  end(): void {
    if (this.#nodes === 1) return;
    const parts = [...this.#counts].map(([outcome, count]) => `${count} ${outcome}`);
    this.#terminal.out(`${parts.join(", ")}.\n`);
  }
}
