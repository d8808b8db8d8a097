import type { ModelFileReader, ModelFiles } from "../engine/engine.ts";

/**
 * Returns a reader that gives `files`, which are already in memory, to the first caller and then
 * keeps no reference to them. Later calls read the files again.
 */
export function readerStartingWith(
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
