import { encodeManifest, requiredBlobs } from "../../models/manifest.ts";
import type { ModelAdded } from "../../protocol/http_api/api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import type { ModelsClient } from "../client/models_client.ts";
import type { Prepared } from "./prepared.ts";

/**
 * Uploads a model to a master: its files, then its manifest. `onBytes` receives the progress over
 * all files together.
 */
export async function uploadPrepared(
  { manifest, files }: Pick<Prepared, "manifest" | "files">,
  models: ModelsClient,
  { onBytes, readFile }: {
    onBytes: (doneBytes: number, totalBytes: number) => void;
    /** Reads a file that is not in `files`. */
    readFile?: (digest: Digest) => Promise<Uint8Array<ArrayBuffer>>;
  },
): Promise<ModelAdded> {
  const blobs = requiredBlobs(manifest);
  const totalBytes = blobs.reduce((sum, { size }) => sum + size, 0);
  let doneBytes = 0;
  for (const { digest, size } of blobs) {
    const bytes = files.get(digest) ?? await readFile?.(digest);
    if (bytes !== undefined) await models.put(digest, bytes, (done) => onBytes(doneBytes + done, totalBytes));
    doneBytes += size;
  }
  return await models.add(encodeManifest(manifest).bytes);
}
