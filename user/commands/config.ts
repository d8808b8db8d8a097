import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import type { ConfigCommand } from "../cli/config/config_command.ts";
import { EXIT_OK } from "../cli/exit.ts";
import { fittingTable } from "../reports/fitting_table.ts";
import { printable } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

const COLUMNS = [
  { title: "setting" },
  { title: "value", shrinks: true },
  { title: "from", shrinks: true },
] as const;

/** Prints the settings that hold, and where each comes from. Returns the exit code. */
export function runConfig({ rows, path, json }: ConfigCommand, { terminal }: { terminal: Terminal }): number {
  if (json) {
    for (const { key, value, source } of rows) terminal.out(jsonLine({ key, value, source: source ?? "default" }));
    return EXIT_OK;
  }
  const cells = rows.map(({ key, value, source, fallback }) =>
    [key, value ?? (source === null ? fallback : "(secret)"), source ?? "default"].map(printable)
  );
  terminal.out(fittingTable(COLUMNS, cells, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  if (path === null) terminal.error("No file with settings was read; docs/configuration.md says where it would be.\n");
  return EXIT_OK;
}
