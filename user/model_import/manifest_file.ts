import { dirname, isAbsolute, join } from "node:path";
import { type Manifest, manifestSchema } from "../../models/manifest.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { BlobReference } from "../../protocol/messages/task.ts";
import { parseAs } from "../../protocol/schema.ts";
import { labelsAt } from "./find_labels.ts";
import { readBounded } from "./read_bounded.ts";

type Json = Readonly<Record<string, unknown>>;

/** A manifest as a person writes it, in which a file name may stand for the content of the file. */
export interface WrittenManifest {
  readonly path: string;
  readonly value: Json;
}

/**
 * Reads the JSON at `path`; {@linkcode completeManifest} validates its fields. Throws
 * `model_invalid` if it is no JSON object.
 */
export async function readManifest(path: string): Promise<WrittenManifest> {
  const text = new TextDecoder().decode(await readBounded(path, LIMITS.manifestBytesMax));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DmlError("model_invalid", `${path} is not JSON.`, { cause });
  }
  if (isObject(value)) return { path, value };
  throw new DmlError("model_invalid", `${path} is not a manifest: it is not a JSON object.`);
}

/**
 * Applies `changes` to the top level of the manifest and replaces file names by the content of the
 * files: `labels` by the labels, the `image` of a test by its digest; these pictures are added to
 * `files`. Paths are relative to the manifest. Throws `model_invalid`, naming the field, or the
 * error of reading a file.
 */
export async function completeManifest(
  { path, value }: WrittenManifest,
  { changes, files }: { changes: Json; files: Map<Digest, Uint8Array<ArrayBuffer>> },
): Promise<Manifest> {
  const beside = (name: string) => isAbsolute(name) ? name : join(dirname(path), name);
  const whole: Record<string, unknown> = { ...value, ...changes };
  if (isObject(whole.parameters) && typeof whole.parameters.labels === "string") {
    whole.parameters = { ...whole.parameters, labels: (await labelsAt(beside(whole.parameters.labels))).labels };
  }
  if (Array.isArray(whole.tests)) {
    const tests: unknown[] = [];
    for (const test of whole.tests) tests.push(await withImage(test, { beside, files }));
    whole.tests = tests;
  }
  return parseAs(manifestSchema, whole, { what: `The manifest ${path}`, code: "model_invalid" });
}

/** Adds `bytes` to `files` and returns their reference. */
export function addFile(bytes: Uint8Array<ArrayBuffer>, files: Map<Digest, Uint8Array<ArrayBuffer>>): BlobReference {
  const digest = digestOf(bytes);
  files.set(digest, bytes);
  return { digest, size: bytes.length };
}

async function withImage(
  test: unknown,
  { beside, files }: { beside: (name: string) => string; files: Map<Digest, Uint8Array<ArrayBuffer>> },
): Promise<unknown> {
  if (!isObject(test) || typeof test.image !== "string") return test;
  const bytes = await readBounded(beside(test.image), LIMITS.imageBytesMax);
  return { ...test, image: addFile(bytes, files) };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
