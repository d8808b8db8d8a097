import type { NodeListing } from "../../protocol/http_api/api.ts";
import {
  type Column,
  displayWidth,
  formatBytes,
  formatDuration,
  formatRate,
  printable,
  renderTable,
  shortened,
} from "../terminal/render.ts";

type Title = "node" | "id" | "state" | "address" | "seen" | "workers" | "memory" | "running" | "done" | "labels";

const COLUMNS: readonly (Column & { readonly title: Title })[] = [
  { title: "node", shrinks: true },
  { title: "id" },
  { title: "state" },
  { title: "address" },
  { title: "seen", align: "right" },
  { title: "workers", align: "right" },
  { title: "memory", align: "right" },
  { title: "running", align: "right" },
  { title: "done", align: "right" },
  { title: "labels" },
];

/** Widest cell of labels; more are shortened. */
const LABELS_COLUMNS_MAX = 32;
/** Number of nodes with the same reason up to which each gets a line of its own. */
const SAME_REASON_MAX = 3;

/** Columns that are dropped on a narrow terminal, the least important first; --json has all. */
const LEFT_OUT: readonly Title[] = ["id", "address", "memory", "done", "labels", "workers", "seen"];

const INDENT = "  ";

/**
 * Formats the nodes, one a line, with their models in the last column. If that is wider than
 * `columnsMax`, the models are listed in full below their node, and as many columns are dropped as
 * necessary. The ids are kept if two nodes have the same name, because a command to a node then
 * needs its id.
 */
export function renderNodes(
  nodes: readonly NodeListing[],
  options: { nowMs: number; columnsMax: number; color: boolean },
): string {
  const { nowMs, columnsMax, color } = options;
  const rows = nodes.map((node) => cellsOf(node, nowMs));
  const models = nodes.map((node) => node.models.map(modelSummary));
  const used = usedColumns(nodes);
  const wideColumns = [...used.map((index) => COLUMNS[index]), { title: "models" }];
  const wideRows = rows.map(only(used)).map((row, index) => [...row, models[index].join(", ") || "none"]);
  if (widthOf(wideColumns, wideRows) <= columnsMax) {
    return renderTable(wideColumns, wideRows, { columnsMax: Infinity, color });
  }
  const kept = columnsThatFit(nodes, rows, columnsMax);
  const [header, ...lines] = renderTable(kept.map((index) => COLUMNS[index]), rows.map(only(kept)), options)
    .trimEnd().split("\n");
  const below = lines.map((line, index) => [line, ...wrapped(models[index], columnsMax)]);
  return [header, ...below.flat()].map((line) => `${line}\n`).join("");
}

function cellsOf(node: NodeListing, nowMs: number): string[] {
  return [
    printable(node.name),
    node.nodeId,
    node.state,
    printable(node.address),
    ["offline", "waiting", "removed"].includes(node.state)
      ? `${formatDuration(Math.max(0, nowMs - node.lastSeenMs))} ago`
      : "now",
    `${node.capabilities.workers}`,
    formatBytes(node.capabilities.memoryBytes),
    `${node.running}`,
    `${node.completed}`,
    shortened((node.labels ?? []).join(", "), LABELS_COLUMNS_MAX),
  ];
}

function modelSummary({ model, state, imagesPerSecond }: NodeListing["models"][number]): string {
  return state === "ready" && imagesPerSecond !== null
    ? `${model} ${formatRate(imagesPerSecond)}`
    : `${model} ${state}`;
}

/** Returns the indexes of the columns that hold anything: that of labels only if a node has some. */
function usedColumns(nodes: readonly NodeListing[]): number[] {
  const hasLabels = nodes.some(({ labels }) => labels !== undefined);
  return COLUMNS.map((_, index) => index).filter((index) => hasLabels || COLUMNS[index].title !== "labels");
}

/**
 * Returns a line for each model that a node cannot serve, with the reason. Many nodes with the same
 * reason share a line.
 */
export function reasonLines(nodes: readonly NodeListing[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, models } of nodes) {
    for (const { model, state, reason } of models) {
      if (reason === null) continue;
      const what = `${model} is ${state}: ${reason}`;
      names.set(what, [...names.get(what) ?? [], name]);
    }
  }
  return [...names].flatMap(([what, same]) => {
    if (same.length <= SAME_REASON_MAX) return same.map((name) => `${name}: ${what}`);
    const [first, second] = same;
    return [`${first}, ${second} and ${same.length - 2} more: ${what}`];
  });
}

/** Returns the indexes of the columns that fit into `columnsMax`. */
function columnsThatFit(nodes: readonly NodeListing[], rows: readonly string[][], columnsMax: number): number[] {
  const areNamesUnique = new Set(nodes.map(({ name }) => name)).size === nodes.length;
  let kept = usedColumns(nodes);
  for (const title of LEFT_OUT) {
    if (widthOf(kept.map((index) => COLUMNS[index]), rows.map(only(kept))) <= columnsMax) break;
    if (title === "id" && !areNamesUnique) continue;
    kept = kept.filter((index) => COLUMNS[index].title !== title);
  }
  return kept;
}

function only(kept: readonly number[]): (row: readonly string[]) => string[] {
  return (row) => kept.map((index) => row[index]);
}

function widthOf(columns: readonly Column[], rows: readonly (readonly string[])[]): number {
  const table = renderTable(columns, rows, { columnsMax: Infinity, color: false });
  return Math.max(...table.split("\n").map(displayWidth));
}

/**
 * Lays out `summaries` on indented lines of at most `columnsMax`. A summary is shortened only if it
 * is wider than a line.
 */
function wrapped(summaries: readonly string[], columnsMax: number): string[] {
  if (summaries.length === 0) return [`${INDENT}no models`];
  const lines: string[] = [];
  for (const [index, summary] of summaries.entries()) {
    const part = summary + (index + 1 < summaries.length ? "," : "");
    const longer = `${lines.at(-1)} ${part}`;
    if (lines.length > 0 && displayWidth(longer) <= columnsMax) lines[lines.length - 1] = longer;
    else lines.push(INDENT + shortened(part, columnsMax - INDENT.length));
  }
  return lines;
}
