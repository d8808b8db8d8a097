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

type Title = "node" | "id" | "state" | "address" | "seen" | "workers" | "memory" | "running" | "done";

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
];

/** Columns that are dropped on a narrow terminal, the least important first; --json has all. */
const LEFT_OUT: readonly Title[] = ["id", "address", "memory", "done", "workers", "seen"];

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
  const wideColumns = [...COLUMNS, { title: "models" }];
  const wideRows = rows.map((row, index) => [...row, models[index].join(", ") || "none"]);
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
    node.state === "offline" ? `${formatDuration(Math.max(0, nowMs - node.lastSeenMs))} ago` : "now",
    `${node.capabilities.workers}`,
    formatBytes(node.capabilities.memoryBytes),
    `${node.running}`,
    `${node.completed}`,
  ];
}

function modelSummary({ model, state, imagesPerSecond }: NodeListing["models"][number]): string {
  return state === "ready" && imagesPerSecond !== null
    ? `${model} ${formatRate(imagesPerSecond)}`
    : `${model} ${state}`;
}

/** Returns the indexes of the columns that fit into `columnsMax`. */
function columnsThatFit(nodes: readonly NodeListing[], rows: readonly string[][], columnsMax: number): number[] {
  const areNamesUnique = new Set(nodes.map(({ name }) => name)).size === nodes.length;
  let kept = COLUMNS.map((_, index) => index);
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
