import { basename } from "node:path";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { joinedPath, splitPath } from "../../protocol/messages/file_path.ts";
import type { FileEntry } from "../../protocol/messages/files.ts";
import type { FileSource } from "../../protocol/ports/file_store.ts";
import { wholeListing } from "./whole_listing.ts";

/** One file or directory, and the path that it gets at the target. */
export interface CopiedEntry {
  readonly entry: FileEntry;
  readonly to: string;
}

/** Everything that one copy is about. */
export interface CopiedTree {
  readonly files: readonly CopiedEntry[];
  readonly directories: readonly CopiedEntry[];
  /** Links and devices, which are not copied. */
  readonly leftOut: readonly string[];
}

/** Place of the destination. */
export interface Destination {
  /** Path at the target; empty for its directory itself. */
  readonly path: string;
  /** True if files go into it under their own names. */
  readonly takesFiles: boolean;
  /** True if directories too go into it under their own names, rather than become it. */
  readonly takesDirectories: boolean;
}

/**
 * Returns what is to be copied, with the contents of directories. Throws `usage` if two sources would
 * become one file, and `file_unreadable` for a named link or device.
 */
export async function copiedTree(
  source: Pick<FileSource, "list">,
  named: readonly FileEntry[],
  destination: Destination,
): Promise<CopiedTree> {
  const [files, directories]: CopiedEntry[][] = [[], []];
  const leftOut: string[] = [];
  for (const entry of named) {
    const name = basename(entry.path);
    if (entry.kind === "file") {
      files.push({ entry, to: destination.takesFiles ? joinedPath(destination.path, name) : destination.path });
    } else if (entry.kind === "directory") {
      const isNamed = destination.takesDirectories && name !== "" && name !== "." && name !== "..";
      const to = isNamed ? joinedPath(destination.path, name) : destination.path;
      if (to !== "") directories.push({ entry, to });
      for (const below of await wholeListing(source, { path: entry.path, depth: "all" })) {
        const rest = below.path.slice(entry.path === "" ? 0 : entry.path.length).replace(/^\//, "");
        const copied = { entry: below, to: joinedPath(to, rest) };
        if (below.kind === "file") files.push(copied);
        else if (below.kind === "directory") directories.push(copied);
        else leftOut.push(below.path);
      }
    } else {
      throw new DmlError("file_unreadable", `${entry.path} is a ${entry.kind === "link" ? "link" : "device"}.`, {
        advice: "Name the file or the directory itself.",
      });
    }
  }
  refuseCollisions([...files, ...directories]);
  return { files, directories, leftOut };
}

function refuseCollisions(entries: readonly CopiedEntry[]): void {
  const taken = new Map<string, FileEntry>();
  for (const { entry, to } of entries) {
    const other = taken.get(to);
    if (other !== undefined && !(other.kind === "directory" && entry.kind === "directory")) {
      throw new DmlError("usage", `${other.path} and ${entry.path} would both become ${to}.`, {
        advice: "Copy them to different directories.",
      });
    }
    taken.set(to, entry);
  }
}

/** Returns every directory that must be there for `files`, each once, a directory before those in it. */
export function parentsOf(files: readonly CopiedEntry[]): string[] {
  const parents = new Set<string>();
  for (const { to } of files) {
    for (let { parent } = splitPath(to); parent !== "" && !parents.has(parent); { parent } = splitPath(parent)) {
      parents.add(parent);
    }
  }
  return [...parents].sort((one, other) => one.length - other.length);
}
