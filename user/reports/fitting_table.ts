import { type Column, displayWidth, renderTable } from "../terminal/render.ts";

/** A column that may be left out on a narrow terminal. */
export interface FittingColumn extends Column {
  /** Order in which columns are left out, the lowest first; absent for one that always stays. */
  readonly omitted?: number;
}

/**
 * Formats a table. If it is wider than `columnsMax`, columns are left out, and the rest shrinks if
 * it may.
 */
export function fittingTable(
  columns: readonly FittingColumn[],
  rows: readonly (readonly string[])[],
  { columnsMax, color }: { columnsMax: number; color: boolean },
): string {
  let kept = columns.map((_, at) => at);
  const droppable = kept.filter((at) => columns[at].omitted !== undefined)
    .toSorted((one, other) => (columns[one].omitted ?? 0) - (columns[other].omitted ?? 0));
  const only = <Cell>(cells: readonly Cell[]) => kept.map((at) => cells[at]);
  for (const at of droppable) {
    const wide = renderTable(only(columns), rows.map(only), { columnsMax: Infinity, color: false });
    if (Math.max(...wide.split("\n").map(displayWidth)) <= columnsMax) break;
    kept = kept.filter((other) => other !== at);
  }
  return renderTable(only(columns), rows.map(only), { columnsMax, color });
}
