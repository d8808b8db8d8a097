import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { decodeManifest, type Manifest, modelName } from "../../../models/manifest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { Digest } from "../../../protocol/kernel/digest.ts";
import type { Address } from "../../../protocol/ports/transport.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { ModelsClient } from "../../client/models_client.ts";
import { ProgressBar } from "../../terminal/progress_bar.ts";
import { formatBytes } from "../../terminal/render.ts";
import { prepareDirectory } from "../../model_import/prepare_directory.ts";
import { uploadPrepared } from "../../model_import/upload.ts";
import type { ModelsContext } from "./context.ts";
import { tryHere } from "./try_here.ts";

/** The model to push, and its destination. */
export interface ModelsPush {
  readonly what: string;
  readonly to: Address | null;
  readonly toToken: string | null;
  readonly json: boolean;
}

/** Copies a model from one master to another, or from a directory to a master. */
export async function runModelsPush(command: ModelsPush, context: ModelsContext): Promise<number> {
  const { to, toToken, json } = command;
  const { terminal, clock, progress } = context;
  const target = to === null ? context.models : await context.openModels({ master: to, token: toToken });
  const bar = new ProgressBar(terminal, clock);
  const onBytes = (done: number, total: number) => {
    if (progress) bar.update(total === 0 ? 1 : done / total, `sent ${formatBytes(done)} of ${formatBytes(total)}`);
  };
  try {
    const from = await fromDirectory(command.what, { ...context, json }) ?? await fromMaster(command, context);
    const added = await uploadPrepared(from, target, { onBytes, readFile: from.readFile });
    bar.finish();
    const already = added.isNew ? "was added" : "was served already";
    terminal.out(
      json ? jsonLine(added) : `${modelName(from.manifest)} ${already} at ${target.label}.\n`,
    );
    return EXIT_OK;
  } finally {
    bar.finish();
    await target.close();
  }
}

interface Pushed {
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<Digest, Uint8Array<ArrayBuffer>>;
  readonly readFile?: (digest: Digest) => Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads the model in a directory and tries it here; returns `null` if there is no such
 * directory.
 */
async function fromDirectory(
  path: string,
  context: ModelsContext & { readonly json: boolean },
): Promise<Pushed | null> {
  try {
    if (!(await Deno.stat(path)).isDirectory) return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new DmlError("file_unreadable", `${path} cannot be read.`, { cause: error });
  }
  const prepared = await prepareDirectory(path, {});
  await tryHere({ ...prepared, published: null }, context);
  return prepared;
}

/** Reads the model from the master; it was tried before it got there. */
async function fromMaster({ what, to }: ModelsPush, { models }: { models: ModelsClient }): Promise<Pushed> {
  if (to === null) {
    throw new DmlError("usage", `There is no directory ${what}.`, {
      advice: `From the master to another one: \`dml models push ${what} --to HOST\`.`,
    });
  }
  const { model } = await models.show(what);
  const manifest = decodeManifest(await models.read(model.manifestDigest));
  return { manifest, files: new Map(), readFile: (digest) => models.read(digest) };
}
