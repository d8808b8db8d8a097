import { FACES } from "../models/catalog/faces.ts";
import type { Layers } from "../node/engine/engine.ts";

/** The layers of the face recognizer, read from their package into memory of their own. */
export async function faceLayers(): Promise<Layers> {
  const layers = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { role } of FACES.manifest.layers) layers.set(role, await FACES.loadLayer(role));
  return layers;
}
