import { resolve, sep as SEPARATOR } from "node:path";
import { LocalFiles } from "../../protocol/files/local_files.ts";
import type { Clock } from "../../protocol/kernel/clock.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Settings about the files of this host. */
export interface OpenedDirectory {
  /** Directory whose files an admin may use; absent or `null` for none. */
  readonly files?: string | null;
  /** Absolute path that `files` is relative to. */
  readonly currentDirectory?: string;
  /** Path of the data directory. */
  readonly home: string;
}

/**
 * Opens the directory whose files an admin may use; returns `null` if there is none. Throws `usage`
 * if it and the data directory lie in each other, and `file_not_found` or `file_unreadable`.
 */
export async function openFiles(
  { files = null, currentDirectory = "/", home, clock }: OpenedDirectory & { readonly clock: Clock },
): Promise<LocalFiles | null> {
  if (files === null) return null;
  const path = resolve(currentDirectory, files);
  const opened = await LocalFiles.open(path, { clock });
  const [shared, data] = [await Deno.realPath(path), await Deno.realPath(home)];
  if (!isIn(shared, data) && !isIn(data, shared)) return opened;
  throw new DmlError(
    "usage",
    `${path} and the data directory ${home} lie in each other: --files would open the key of the node.`,
    {
      advice: "Name a directory that is made for this.",
    },
  );
}

function isIn(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(SEPARATOR) ? directory : directory + SEPARATOR);
}
