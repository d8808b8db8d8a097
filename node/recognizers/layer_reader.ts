import type { LayerReader, Layers } from "../engine/engine.ts";

/** Gives layers that are read already to whoever asks first, and keeps nothing of them; those who come after have them read again. */
export function firstThen(layers: Layers, readAgain: () => Promise<{ readonly layers: Layers }>): LayerReader {
  let unused: Layers | null = layers;
  return async () => {
    const known = unused;
    unused = null;
    return known ?? (await readAgain()).layers;
  };
}
