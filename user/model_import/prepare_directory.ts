import { join } from "node:path";
import { inspectOnnx } from "../../models/onnx/inspect.ts";
import { refuseUnservable } from "../../models/onnx/refuse_unservable.ts";
import { optimise } from "../../models/onnx/optimise.ts";
import { modelFileSchema } from "../../models/manifest.ts";
import { type Digest, digestOf } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { parseAs, z } from "../../protocol/schema.ts";
import { withFileName } from "./error_subject.ts";
import { addFile, completeManifest, readManifest } from "./manifest_file.ts";
import type { Prepared } from "./prepared.ts";
import { readBounded } from "./read_bounded.ts";

const MANIFEST_NAME = "manifest.json";

/** Model files as a person lists them: the role is required; a digest pins the file. */
const writtenFilesSchema = z.array(modelFileSchema.partial({ digest: true, size: true })).max(LIMITS.modelFilesMax);

/**
 * Prepares a model from a directory with `manifest.json` and a file `ROLE.onnx` for each model
 * file. A file that has the digest pinned by the manifest is used unchanged. Any other file is
 * optimised first, and must then have the pinned digest, if there is one.
 */
export async function prepareDirectory(
  directory: string,
  changes: { readonly name?: string; readonly version?: number; readonly license?: string },
): Promise<Prepared> {
  const written = await readManifest(join(directory, MANIFEST_NAME));
  const what = `The manifest ${written.path}`;
  const listed = parseAs(writtenFilesSchema, written.value.files ?? [], { what, code: "model_invalid" });
  const files = new Map<Digest, Uint8Array<ArrayBuffer>>();
  const published = new Map<string, Uint8Array<ArrayBuffer>>();
  const complete = [];
  let isChanged = false;
  for (const { role, digest } of listed) {
    const path = join(directory, `${role}.onnx`);
    const bytes = await readBounded(path, LIMITS.modelBytesMax);
    const file = withFileName(path, () => modelFileFrom(bytes, digest ?? null));
    published.set(role, bytes);
    isChanged ||= file !== bytes;
    complete.push({ role, ...addFile(file, files) });
  }
  const manifest = await completeManifest(written, { changes: { ...changes, files: complete }, files });
  return { manifest, files, published: isChanged ? published : null };
}

function modelFileFrom(bytes: Uint8Array<ArrayBuffer>, pinned: Digest | null): Uint8Array<ArrayBuffer> {
  refuseUnservable(inspectOnnx(bytes));
  if (pinned !== null && digestOf(bytes) === pinned) return bytes;
  const file = optimise(bytes);
  const digest = digestOf(file);
  if (pinned !== null && digest !== pinned) {
    throw new DmlError(
      "blob_corrupt",
      `It is not the file that the manifest pins: optimised it has the digest ${digest}, not ${pinned}.`,
      {
        advice: "Use the file that belongs to the manifest, or remove the digest from the manifest.",
      },
    );
  }
  return digest === digestOf(bytes) ? bytes : file;
}
