import { escapedJson, jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { basename } from "node:path";
import { encodeManifest, type Manifest, modelName } from "../../../models/manifest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { ModelAdded, ModelListing } from "../../../protocol/http_api/api.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import { LineReader } from "../../terminal/line_reader.ts";
import { manifestText } from "./manifest_text.ts";
import type { ModelsAdd, ModelsCommand } from "../../cli/models_command.ts";
import { ProgressBar } from "../../terminal/progress_bar.ts";
import { formatBytes, formatRate, printable } from "../../terminal/render.ts";
import { labelsAt, labelsBeside } from "../../model_import/find_labels.ts";
import { readManifest } from "../../model_import/manifest_file.ts";
import { prepareDirectory } from "../../model_import/prepare_directory.ts";
import { type Ask, prepareFile } from "../../model_import/prepare_file.ts";
import type { Prepared } from "../../model_import/prepared.ts";
import { uploadPrepared } from "../../model_import/upload.ts";
import type { TrialResult } from "../../model_import/trial.ts";
import type { ModelsContext } from "./context.ts";
import { openSource } from "./open_source.ts";
import { saveModelFile } from "./save.ts";
import { tryHere } from "./try_here.ts";

/** Ratio of rates below which a difference may be noise of a busy host. */
const NOISE = 1.15;

/**
 * Makes a model of a file or directory from any source: inspects it, tries it here and sends
 * it to the master.
 */
export async function runModelsAdd(
  command: ModelsAdd & Pick<ModelsCommand, "json">,
  context: ModelsContext,
): Promise<number> {
  const { terminal } = context;
  const tell = (line: string) => terminal.error(`${printable(line)}\n`);
  if (command.save !== null) return await saveModelFile(command.save, { ...context, command, tell });
  const listing = await listingFor(command, context);
  const lines = command.yes || !context.isInteractive ? null : new LineReader(context.stdin);
  try {
    const ask: Ask | null = lines && ((prompt) => {
      terminal.error(prompt);
      return lines.next(context.signal);
    });
    const prepared = await prepare(command, { ...context, listing, ask, tell });
    const known = sameIn(listing, prepared.manifest);
    if (known !== null) {
      tell(`This model is already served as ${known.name}.`);
      const { name, manifestDigest } = known;
      if (command.dryRun) printManifest({ ...prepared.manifest, version: versionIn(name) }, context);
      else if (command.json) terminal.out(jsonLine({ name, manifestDigest, isNew: false }));
      return EXIT_OK;
    }
    const trial = await tryHere(prepared, { ...context, json: command.json });
    tell(trialText(trial));
    if (command.dryRun) {
      printManifest(prepared.manifest, context);
      return EXIT_OK;
    }
    for (const line of manifestText(prepared.manifest).split("\n")) tell(line);
    await confirm(ask, prepared.manifest);
    await report(await send(prepared, context), { trial, json: command.json, context });
    return EXIT_OK;
  } finally {
    await lines?.close();
  }
}

/**
 * Lists the models of the master first, so that nothing is fetched for a master that does not
 * answer. A dry run works without a master.
 */
async function listingFor({ dryRun }: ModelsAdd, { models }: ModelsContext): Promise<ModelListing[]> {
  try {
    return await models.list();
  } catch (error) {
    if (dryRun && error instanceof DmlError && error.code === "master_unreachable") return [];
    throw error;
  }
}

interface PrepareContext extends ModelsContext {
  readonly listing: readonly ModelListing[];
  readonly ask: Ask | null;
  readonly tell: (line: string) => void;
}

async function prepare(command: ModelsAdd, context: PrepareContext): Promise<Prepared> {
  const { source, license, sha256, labels, manifest } = command;
  const { listing, tell, ask } = context;
  if (source.kind === "path" && await isDirectory(source.path)) {
    for (const [flag, value] of Object.entries({ labels, manifest, sha256 })) {
      if (value !== null) throw new DmlError("usage", `--${flag} is for one file, not for a directory.`);
    }
    const named = command.name === null ? {} : nameAndVersion(command.name, listing);
    return await prepareDirectory(source.path, { ...named, ...(license === null ? {} : { license }) });
  }
  const opened = await openSource(command, context);
  const beside = labels === null && source.kind === "path" ? await labelsBeside(source.path) : null;
  return await prepareFile(opened.bytes, {
    fileName: opened.fileName,
    ...nameAndVersion(command.name ?? nameOfFile(opened.fileName), listing),
    license,
    labels: labels === null ? beside : await labelsAt(labels),
    manifest: manifest === null ? null : await readManifest(manifest),
    ask,
    tell,
  });
}

async function send(
  prepared: Prepared,
  { models, terminal, clock, progress }: ModelsContext,
): Promise<ModelAdded> {
  const bar = new ProgressBar(terminal, clock);
  const onBytes = (done: number, total: number) => {
    if (progress) bar.update(total === 0 ? 1 : done / total, `sent ${formatBytes(done)} of ${formatBytes(total)}`);
  };
  try {
    return await uploadPrepared(prepared, models, { onBytes });
  } finally {
    bar.finish();
  }
}

async function confirm(ask: Ask | null, manifest: Manifest): Promise<void> {
  if (ask === null) return;
  const line = (await ask(`Add it as ${modelName(manifest)}? [Y/n] `))?.trim().toLowerCase() ?? "n";
  if (line === "" || line === "y" || line === "yes") return;
  throw new DmlError("interrupted", "Nothing was added.", {
    advice: "--dry-run prints the manifest, --manifest takes it.",
  });
}

async function report(
  added: ModelAdded,
  { trial, json, context }: { trial: TrialResult; json: boolean; context: ModelsContext },
): Promise<void> {
  const { name } = added;
  const { terminal, models } = context;
  if (json) return terminal.out(jsonLine({ ...added, ...trial }));
  const { model: latest } = await models.show(bareName(name));
  if (latest.name !== name) {
    return terminal.out(`${name} was added. \`dml models rollout ${name}\` makes it the latest version.\n`);
  }
  terminal.out(`${name} is served; every node that can is offered it now.\n`);
  terminal.out(`\`dml models show ${name}\` says which have it, \`dml predict -r ${name} IMAGE\` asks it.\n`);
}

function printManifest(manifest: Manifest, { terminal }: ModelsContext): void {
  terminal.out(`${escapedJson(JSON.stringify(manifest, null, 2))}\n`);
}

function trialText({ imagesPerSecond, imagesPerSecondBefore, unwarmed }: TrialResult): string {
  if (unwarmed !== undefined) return `It loads here, but was not run, because ${unwarmed.replace(/\.$/, "")}.`;
  const now = `It runs here at ${formatRate(imagesPerSecond)} on one worker, decoding included`;
  if (imagesPerSecondBefore === null) return `${now}; optimising changed nothing.`;
  const gain = imagesPerSecond / imagesPerSecondBefore;
  const verdict = gain > NOISE || gain < 1 / NOISE
    ? `optimising made it ${gain.toFixed(2)} times as fast`
    : "optimising made no measurable difference";
  return `${now}; as published at ${formatRate(imagesPerSecondBefore)}: ${verdict}.`;
}

/** Returns the given `NAME@VERSION`, or the version after the highest served one. */
function nameAndVersion(text: string, listing: readonly ModelListing[]): { name: string; version: number } {
  const [name, version] = text.split("@");
  if (version !== undefined) return { name, version: Number(version) };
  const versions = listing.map((served) => served.name.split("@")).filter(([served]) => served === name);
  return { name, version: 1 + Math.max(0, ...versions.map(([, served]) => Number(served))) };
}

/** Returns the served model that differs from `manifest` in its version only. */
function sameIn(listing: readonly ModelListing[], manifest: Manifest): ModelListing | null {
  return listing.find(({ name: served, manifestDigest }) => {
    if (bareName(served) !== manifest.name) return false;
    return encodeManifest({ ...manifest, version: versionIn(served) }).digest === manifestDigest;
  }) ?? null;
}

/** Returns `mood` of `mood@2`. */
function bareName(name: string): string {
  return name.split("@")[0];
}

/** Returns 2 of `mood@2`. */
function versionIn(name: string): number {
  return Number(name.split("@")[1]);
}

function nameOfFile(fileName: string): string {
  const name = basename(fileName).replace(/\.onnx$/i, "").toLowerCase().replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "").slice(0, 63);
  return name === "" ? "model" : name;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new DmlError("file_unreadable", `${path} cannot be read.`, { cause: error });
  }
}
