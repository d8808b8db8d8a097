import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { type Manifest, modelName } from "../manifest.ts";
import type { GraphCut } from "../onnx/cut_graph.ts";

/**
 * A model that is shipped with dml. Its manifest is known without its model files, so it can be
 * offered before they are fetched.
 */
export interface CatalogEntry {
  readonly manifest: Manifest;
  /** True if nodes are offered the model only after its first request. */
  readonly isOptional?: boolean;
  /**
   * Loads the model file with this role, exactly as pinned in the manifest; the caller may keep or
   * transfer the bytes. Throws `assets_missing` if the published file is not present and cannot be
   * fetched, `blob_corrupt` if it is not the file that was pinned.
   */
  loadFile(role: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** An ONNX file as its authors published it. */
export interface PublishedFile {
  /**
   * Digest of the file as published. The digest of the model file made from it is in the manifest.
   */
  readonly digest: Digest;
  /** Imports the file, which downloads it into Deno's cache the first time. */
  readonly load: () => Promise<{ readonly default: Uint8Array<ArrayBuffer> }>;
  /** The part of its graph that is used; absent if all of it is. */
  readonly cut?: GraphCut;
}

/**
 * Returns a catalog entry whose model files are the published files with the same roles, each
 * converted by `optimise()`.
 */
export function publishedEntry(
  manifest: Manifest,
  files: Readonly<Record<string, PublishedFile>>,
  options: { isOptional?: true } = {},
): CatalogEntry {
  return {
    manifest,
    ...options,
    async loadFile(role) {
      const pinned = manifest.files.find((candidate) => candidate.role === role);
      const file = Object.hasOwn(files, role) ? files[role] : undefined;
      const what = `the model file ${role} of ${modelName(manifest)}`;
      invariant(pinned !== undefined && file !== undefined, `there is ${what}`);
      const published = await importFile(file, { what, ...options });
      // The packed executable contains the converted files.
      if (digestOf(published) === pinned.digest) return published.slice();
      verify(published, { digest: file.digest, what: `The published file of ${what}` });
      const { optimise } = await import("../onnx/optimise.ts"); // a master with packed model files never needs it
      const bytes = optimise(published, file);
      verify(bytes, { digest: pinned.digest, what: `The converted file of ${what}` });
      return bytes;
    },
  };
}

/** Advice about a missing optional model: not every executable contains those. */
const OPTIONAL_ADVICE =
  "Run from source, dml downloads it once; an executable contains it only if it was built with --optional.";

async function importFile(
  file: PublishedFile,
  { what, isOptional }: { what: string; isOptional?: true },
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return (await file.load()).default;
  } catch (error) {
    const { message } = asDmlError(error);
    throw new DmlError(
      "assets_missing",
      `The published file of ${what} could not be loaded: ${message}`,
      { cause: error, ...(isOptional ? { advice: OPTIONAL_ADVICE } : {}) },
    );
  }
}

function verify(bytes: Uint8Array, expected: { digest: Digest; what: string }): void {
  const actual = digestOf(bytes);
  if (actual === expected.digest) return;
  throw new DmlError(
    "blob_corrupt",
    `${expected.what} hashes to ${actual} instead of ${expected.digest}.`,
  );
}
