import { decodeManifest, type Manifest } from "../../../models/manifest.ts";
import type { RecognizerDetail } from "../../../protocol/http_api/api.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import { manifestText } from "./manifest_text.ts";
import { type Column, formatBytes, formatRate, printable, renderTable } from "../../terminal/render.ts";
import type { ModelsContext } from "./models.ts";

const COLUMNS: readonly Column[] = [
  { title: "node" },
  { title: "state" },
  { title: "images/s", align: "right" },
  { title: "why", shrinks: true },
];

/** Shows one recognizer: its manifest, its files, what it needs, and how each node stands to it. */
export async function runModelsShow(
  command: { readonly recognizer: string; readonly json: boolean },
  { terminal, models }: Pick<ModelsContext, "terminal" | "models">,
): Promise<number> {
  const detail = await models.show(command.recognizer);
  const manifest = decodeManifest(await models.read(detail.recognizer.manifestDigest));
  if (command.json) {
    terminal.out(`${JSON.stringify({ ...detail, manifest })}\n`);
    return EXIT_OK;
  }
  const { recognizer } = detail;
  terminal.out(`${recognizer.name}: ${printable(recognizer.description)}\n`);
  terminal.out(
    `licence ${printable(recognizer.license)}, ${formatBytes(recognizer.bytes)} in ${
      manifest.layers.length === 1 ? "1 file" : `${manifest.layers.length} files`
    }\n`,
  );
  terminal.out(`needs ${needsText(manifest)}\n`);
  terminal.out(`manifest ${recognizer.manifestDigest}\n\n${manifestText(manifest)}\n\n`);
  terminal.out(nodesText(detail, { columnsMax: terminal.outColumns, color: terminal.outColor }));
  return EXIT_OK;
}

function needsText({ requirements: { engine, memoryBytes, dml, operatorSets = [] } }: Manifest): string {
  return [
    engine === "none" ? "no engine" : `the engine ${engine}`,
    `${formatBytes(memoryBytes)} a worker`,
    ...(dml === undefined ? [] : [`dml ${dml} or later`]),
    ...operatorSets.map(({ domain, version }) => `the operators of ${domain} ${version}`),
  ].join(", ");
}

function nodesText({ nodes }: RecognizerDetail, options: { columnsMax: number; color: boolean }): string {
  if (nodes.length === 0) return "No node is connected.\n";
  const rows = nodes.map(({ name, standing: { state, imagesPerSecond, reason } }) => [
    printable(name),
    state,
    imagesPerSecond === null ? "" : formatRate(imagesPerSecond),
    printable(reason ?? ""),
  ]);
  return renderTable(COLUMNS, rows, options);
}
