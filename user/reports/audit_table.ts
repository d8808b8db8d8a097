import type { AuditEntry } from "../../protocol/http_api/audit_api.ts";
import { printable } from "../terminal/render.ts";
import { type FittingColumn, fittingTable } from "./fitting_table.ts";

const COLUMNS: readonly FittingColumn[] = [
  { title: "when (UTC)" },
  { title: "who" },
  { title: "did" },
  { title: "to", shrinks: true },
  { title: "detail", omitted: 0 },
];

/** Formats entries of the audit as a table, the oldest first. */
export function renderAudit(
  entries: readonly AuditEntry[],
  options: { columnsMax: number; color: boolean },
): string {
  const rows = entries.map(({ atMs, actor, action, subject, detail }) =>
    [timeText(atMs), actor, action, subject, detail ?? ""].map(printable)
  );
  return fittingTable(COLUMNS, rows, options);
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace("T", " ");
}
