import type { Calibration, RocPoint } from "../../../models/gallery/roc.ts";
import { type Column, renderTable } from "../../terminal/render.ts";

const COLUMNS: readonly Column[] = [
  { title: "threshold", align: "right" },
  { title: "two people accepted", align: "right" },
  { title: "one person refused", align: "right" },
  { title: "" },
];
const PLOT_WIDTH = 40;
/** Step of the threshold between two rows; the chosen thresholds get rows of their own. */
const ROW_STEP = 0.04;
/** Lowest threshold shown; a lower one would accept nearly every pair. */
const THRESHOLD_MIN = 0;

/**
 * Formats the curve as a table with a plot. In the plot, `a` is the share of pairs of two people
 * that a threshold accepts, `r` the share of pairs of one person that it refuses, both from none to
 * all.
 */
export function rocText(
  curve: readonly RocPoint[],
  { known, unknown }: Pick<Calibration, "known" | "unknown">,
  options: { columnsMax: number; color: boolean },
): string {
  const rows = chosenPoints(curve, [known, unknown]).map(({ threshold, falseAcceptRate, falseRejectRate }) => [
    `${threshold.toFixed(3)}${threshold === known ? " known" : ""}${threshold === unknown ? " unknown" : ""}`,
    percent(falseAcceptRate),
    percent(falseRejectRate),
    plot(falseAcceptRate, falseRejectRate),
  ]);
  return renderTable(COLUMNS, rows, options);
}

function chosenPoints(curve: readonly RocPoint[], always: readonly number[]): RocPoint[] {
  const chosen: RocPoint[] = [];
  let nextAt = -Infinity;
  for (const [index, point] of curve.entries()) {
    if (point.threshold < THRESHOLD_MIN && !always.includes(point.threshold)) continue;
    const isDue = point.threshold >= nextAt || index === curve.length - 1;
    if (isDue) nextAt = point.threshold + ROW_STEP;
    if (isDue || always.includes(point.threshold)) chosen.push(point);
  }
  return chosen;
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(rate > 0 && rate < 0.01 ? 3 : 1)} %`;
}

function plot(falseAcceptRate: number, falseRejectRate: number): string {
  const cells = new Array(PLOT_WIDTH + 1).fill(" ");
  const [accepted, refused] = [falseAcceptRate, falseRejectRate].map((rate) => Math.round(rate * PLOT_WIDTH));
  cells[accepted] = "a";
  cells[refused] = cells[refused] === "a" ? "*" : "r";
  return `|${cells.join("")}|`;
}
