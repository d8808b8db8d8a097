import { FACES } from "../models/catalog/faces.ts";
import type { ModelFiles } from "../node/engine/engine.ts";

/** Returns the files of the face model by role, read from their package into fresh buffers. */
export async function faceFiles(): Promise<ModelFiles> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { role } of FACES.manifest.files) files.set(role, await FACES.loadFile(role));
  return files;
}
