import { dirname, resolve } from "node:path";
import type { JoinCommand } from "../../cli/command.ts";
import type { CpCommand } from "../../cli/files/file_commands.ts";
import { fixedPartOf } from "../../pictures/glob.ts";

/**
 * Returns the permissions for files that are copied: what is copied from here, and the directory
 * that is copied to. A file is written under another name first, in the same directory.
 */
export function fileParts(
  { sources, destination }: Pick<CpCommand, "sources" | "destination">,
  { currentDirectory }: { currentDirectory: string },
): { read: string[]; write: string[] } {
  const absolute = (path: string) => resolve(currentDirectory, path);
  const read = sources.flatMap((place) => place.kind === "local" ? [absolute(fixedPartOf(place.path))] : []);
  const write = destination.kind === "local" ? [directoryOf(destination.path, absolute)] : [];
  return { read: [...new Set([...read, ...write])], write };
}

/** Returns the directory that a node opened, in a list that is empty without one. */
export function openedFiles(
  { files }: Pick<JoinCommand, "files">,
  { currentDirectory }: { currentDirectory: string },
): string[] {
  return files === null ? [] : [resolve(currentDirectory, files)];
}

/** Returns the directory that holds a destination, which may be a directory itself. */
function directoryOf(path: string, absolute: (path: string) => string): string {
  return /(^|[\\/])\.{0,2}[\\/]?$/.test(path) ? absolute(path) : dirname(absolute(path));
}
