import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import type { ClusterClient } from "../../client/cluster_client.ts";
import type { ModelsCommand } from "../../cli/models_command.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import { type Column, formatBytes, printable, renderTable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";

const COLUMNS: readonly Column[] = [
  { title: "model" },
  { title: "size", align: "right" },
  { title: "nodes ready", align: "right" },
  { title: "license" },
  { title: "description", shrinks: true },
];

/** Lists the models that the master serves. */
export async function runModelsList(
  command: Pick<ModelsCommand, "json">,
  { terminal, cluster }: { terminal: Terminal; cluster: ClusterClient },
): Promise<number> {
  const models = await cluster.models();
  if (command.json) {
    for (const model of models) terminal.out(jsonLine(model));
    return EXIT_OK;
  }
  const rows = models.map((model) => [
    model.name,
    formatBytes(model.bytes),
    `${model.readyNodes}`,
    printable(model.license),
    printable(model.description),
  ]);
  const options = { columnsMax: terminal.outColumns, color: terminal.outColor };
  terminal.out(renderTable(COLUMNS, rows, options));
  return EXIT_OK;
}
