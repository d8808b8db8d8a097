import type { Candidate } from "../../../protocol/http_api/explanation_api.ts";
import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { ExplainCommand } from "../../cli/nodes/explain_command.ts";
import type { FleetClient } from "../../client/fleet_client.ts";
import { fittingTable } from "../../reports/fitting_table.ts";
import { counted, formatDuration, printable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";

const COLUMNS = [
  { title: "node" },
  { title: "expected", align: "right" },
  { title: "a picture", align: "right" },
  { title: "has", align: "right" },
  { title: "why not", shrinks: true },
] as const;

/** Prints where the next picture of a model would go, and why not elsewhere. Returns the exit code. */
export async function runExplain(
  { model, gallery, json }: ExplainCommand,
  { terminal, fleet }: { terminal: Terminal; fleet: FleetClient },
): Promise<number> {
  const explanation = await fleet.explain(model, gallery);
  if (json) {
    terminal.out(jsonLine(explanation));
    return EXIT_OK;
  }
  const { nodes, waiting } = explanation;
  const what = gallery === null ? explanation.model : `${explanation.model} with the gallery ${gallery}`;
  terminal.out(`${printable(what)}: ${counted(waiting, "picture")} waiting for a node.\n`);
  if (nodes.length === 0) {
    terminal.out("No node has ever joined; `dml token show node` prints the line to paste on another host.\n");
    return EXIT_OK;
  }
  const options = { columnsMax: terminal.outColumns, color: terminal.outColor };
  terminal.out(`\n${fittingTable(COLUMNS, nodes.map(rowOf), options)}`);
  return EXIT_OK;
}

function rowOf({ name, workers, held, serviceMs, expectedMs, obstacle, reason }: Candidate): string[] {
  const time = (ms: number | null) => ms === null ? "" : formatDuration(Math.round(ms));
  const why = obstacle === null ? "" : `${obstacle}: ${reason ?? ""}`;
  return [name, time(expectedMs), time(serviceMs), `${held} of ${counted(workers, "worker")}`, why].map(printable);
}
