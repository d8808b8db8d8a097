import type { ModelFileReader, ModelFiles } from "../engine/engine.ts";

/** Gives model files that are read already to whoever asks first, and keeps nothing of them; those who come after have them read again. */
export function firstThen(
  files: ModelFiles,
  readAgain: () => Promise<{ readonly files: ModelFiles }>,
): ModelFileReader {
  let unused: ModelFiles | null = files;
  return async () => {
    const known = unused;
    unused = null;
    return known ?? (await readAgain()).files;
  };
}
