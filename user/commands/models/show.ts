import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { decodeManifest, type Manifest } from "../../../models/manifest.ts";
import type { ModelDetail } from "../../../protocol/http_api/api.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import { manifestText } from "./manifest_text.ts";
import { type Column, formatBytes, formatRate, printable, renderTable } from "../../terminal/render.ts";
import type { ModelsContext } from "./context.ts";

const COLUMNS: readonly Column[] = [
  { title: "node" },
  { title: "state" },
  { title: "images/s", align: "right" },
  { title: "why", shrinks: true },
];

/** Shows one model: its manifest, files and requirements, and its state on each node. */
export async function runModelsShow(
  command: { readonly model: string; readonly json: boolean },
  { terminal, models }: Pick<ModelsContext, "terminal" | "models">,
): Promise<number> {
  const detail = await models.show(command.model);
  const manifest = decodeManifest(await models.read(detail.model.manifestDigest));
  if (command.json) {
    terminal.out(jsonLine({ ...detail, manifest }));
    return EXIT_OK;
  }
  const { model } = detail;
  terminal.out(`${model.name}: ${printable(model.description)}\n`);
  terminal.out(
    `licence ${printable(model.license)}, ${formatBytes(model.bytes)} in ${
      manifest.files.length === 1 ? "1 file" : `${manifest.files.length} files`
    }\n`,
  );
  terminal.out(`needs ${needsText(manifest)}\n`);
  terminal.out(`manifest ${model.manifestDigest}\n\n${manifestText(manifest)}\n\n`);
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

/** Formats the nodes that were offered the model, then the others with the reason why they do not have it. */
function nodesText(
  { model, nodes, placement, labels }: ModelDetail,
  options: { columnsMax: number; color: boolean },
): string {
  const name = model.name.split("@")[0];
  const bound = labels.length === 0 ? "" : `${name} is only for nodes with the label ${labels.join(" and ")}.\n\n`;
  const places = new Map(placement.map((place) => [place.nodeId, place]));
  const rows = nodes.map(({ nodeId, name, status: { state, imagesPerSecond, reason } }) => [
    printable(name),
    state,
    imagesPerSecond === null ? "" : formatRate(imagesPerSecond),
    printable(reason ?? (state === "ready" ? places.get(nodeId)?.reason : null) ?? ""),
  ]);
  const offered = new Set(nodes.map(({ nodeId }) => nodeId));
  const elsewhere = placement.filter(({ nodeId }) => !offered.has(nodeId)).map(({ name, obstacle, reason }) => [
    printable(name),
    obstacle ?? "",
    "",
    printable(reason ?? ""),
  ]);
  if (rows.length === 0 && elsewhere.length === 0) return `${bound}No node has been offered this model yet.\n`;
  return bound + renderTable(COLUMNS, [...rows, ...elsewhere], options);
}
