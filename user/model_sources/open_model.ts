import { digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { readBounded } from "../model_import/read_bounded.ts";
import { type FetchedFile, fetchFile, type FetchOptions } from "./fetch_file.ts";
import { huggingFaceUrl } from "./hugging_face.ts";
import { fileNameOf, type ModelSource } from "./model_source.ts";
import { fetchFromPackage } from "./npm_package.ts";

/** A model file that was read or fetched. */
export interface OpenedModel extends FetchedFile {
  /** Name of the file, without a directory. */
  readonly fileName: string;
}

/**
 * Reads or fetches the file that `source` names and checks its SHA-256. Throws the errors of
 * reading or fetching it.
 */
export async function openModel(
  source: ModelSource,
  options: FetchOptions,
): Promise<OpenedModel> {
  return { fileName: fileNameOf(source), ...await openFile(source, options) };
}

async function openFile(source: ModelSource, options: FetchOptions): Promise<FetchedFile> {
  switch (source.kind) {
    case "path":
      return await readPinned(source.path, options);
    case "url":
      return await fetchFile(new URL(source.url), options);
    case "npm":
      return await fetchFromPackage({ ...source, name: source.package }, options);
    case "hf":
      return await fetchFile(huggingFaceUrl(source, options.variable), options);
  }
}

async function readPinned(path: string, { bytesMax, sha256: pinned }: FetchOptions): Promise<FetchedFile> {
  const bytes = await readBounded(path, bytesMax);
  const sha256 = digestOf(bytes).slice("sha256:".length);
  if (pinned === null || pinned === sha256) return { bytes, sha256 };
  throw new DmlError("source_corrupt", `${path} has the SHA-256 ${sha256}, not ${pinned}.`);
}
