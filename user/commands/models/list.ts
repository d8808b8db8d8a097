import type { ClusterClient } from "../../client/cluster_client.ts";
import type { ModelsCommand } from "../../cli/models_command.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import { type Column, formatBytes, printable, renderTable } from "../../terminal/render.ts";
import type { Terminal } from "../../terminal/terminal.ts";

const COLUMNS: readonly Column[] = [
  { title: "recognizer" },
  { title: "size", align: "right" },
  { title: "nodes ready", align: "right" },
  { title: "license" },
  { title: "description", shrinks: true },
];

/** Lists the recognizers that the master serves. */
export async function runModelsList(
  command: Pick<ModelsCommand, "json">,
  { terminal, cluster }: { terminal: Terminal; cluster: ClusterClient },
): Promise<number> {
  const recognizers = await cluster.recognizers();
  if (command.json) {
    for (const recognizer of recognizers) terminal.out(`${JSON.stringify(recognizer)}\n`);
    return EXIT_OK;
  }
  const rows = recognizers.map((recognizer) => [
    recognizer.name,
    formatBytes(recognizer.bytes),
    `${recognizer.readyNodes}`,
    printable(recognizer.license),
    printable(recognizer.description),
  ]);
  const options = { columnsMax: terminal.outColumns, color: terminal.outColor };
  terminal.out(renderTable(COLUMNS, rows, options));
  return EXIT_OK;
}
