import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { asDmlError, DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { type Manifest, recognizerName } from "../manifest.ts";

/** A recognizer that comes with dml. Its manifest is known without its layers, so it can be offered before they are fetched. */
export interface CatalogEntry {
  readonly manifest: Manifest;
  /** Whether nodes are offered it only from when somebody first asks for it. */
  readonly isOptional?: boolean;
  /**
   * The layer with this role, exactly as the manifest pins it; the caller may keep or give away the bytes.
   * Throws `assets_missing` when its file is not here and cannot be fetched, `blob_corrupt` when it is not the file that was pinned.
   */
  loadLayer(role: string): Promise<Uint8Array<ArrayBuffer>>;
}

/** An ONNX file as its makers published it. */
export interface PublishedLayer {
  /** Of the file as published; the layer's own digest, after taking it in, is in the manifest. */
  readonly digest: Digest;
  /** Imports the file, which fetches it into Deno's cache the first time. */
  readonly load: () => Promise<{ readonly default: Uint8Array<ArrayBuffer> }>;
}

/** A catalog entry whose layers are published files by role, each through `takeIn()`. */
export function publishedEntry(
  manifest: Manifest,
  files: Readonly<Record<string, PublishedLayer>>,
  options: { isOptional?: true } = {},
): CatalogEntry {
  return {
    manifest,
    ...options,
    async loadLayer(role) {
      const layer = manifest.layers.find((candidate) => candidate.role === role);
      const file = Object.hasOwn(files, role) ? files[role] : undefined;
      const what = `the layer ${role} of ${recognizerName(manifest)}`;
      invariant(layer !== undefined && file !== undefined, `there is ${what}`);
      const published = await importFile(file, { what, ...options });
      // The packed program carries what was made of it.
      if (digestOf(published) === layer.digest) return published.slice();
      verify(published, { digest: file.digest, what: `The published file of ${what}` });
      const { takeIn } = await import("../onnx/optimise.ts"); // a master with the packed layers never needs it
      const bytes = takeIn(published);
      verify(bytes, { digest: layer.digest, what: `What was made of ${what}` });
      return bytes;
    },
  };
}

/** Not every executable holds what is optional. */
const OPTIONAL_ADVICE =
  "From sources it is fetched once, over the network; an executable has it when it was built with --optional.";

async function importFile(
  file: PublishedLayer,
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
