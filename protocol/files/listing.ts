import { join } from "node:path";
import { joinedPath, PARTS_FOLDER } from "../messages/file_path.ts";
import { inParallel } from "./in_parallel.ts";
import { LIMITS } from "../kernel/limits.ts";
import type { FileEntry, ListAnswer, ListRequest } from "../messages/files.ts";
import { fileError, type RootDirectory } from "./root_directory.ts";

const LOOKS_AT_ONCE = 32;
/** Permission bits where the system has none. */
const DEFAULT_MODE = 0o644;
const DEFAULT_DIRECTORY_MODE = 0o755;

/** Returns one page of a listing. Links are listed, never followed. Throws `path_refused`. */
export async function listFiles(root: RootDirectory, request: ListRequest): Promise<ListAnswer> {
  const { path, depth, after } = request;
  if (depth === "itself") {
    const info = await root.look(path);
    return { entries: info === null ? [] : [entryOf(path, info)], isComplete: true };
  }
  const entries: FileEntry[] = [];
  const max = LIMITS.fileListPageMax;
  for await (const batch of batchesBelow(root, { path, isDeep: depth === "all", after })) {
    entries.push(...batch);
    if (entries.length > max) return { entries: entries.slice(0, max), isComplete: false };
  }
  return { entries, isComplete: true };
}

/** Yields the entries below a directory behind `after`, in the order of their paths. */
async function* batchesBelow(
  root: RootDirectory,
  { path, isDeep, after }: { path: string; isDeep: boolean; after: string | null },
): AsyncGenerator<FileEntry[]> {
  const directory = await root.resolve(path);
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (name !== PARTS_FOLDER && mayHave(joinedPath(path, name), after, isDeep)) names.push(name);
    }
  } catch (error) {
    throw fileError(error, path);
  }
  names.sort();
  for (let start = 0; start < names.length; start += LOOKS_AT_ONCE) {
    const some = names.slice(start, start + LOOKS_AT_ONCE);
    const entries = await inParallel(some, {
      concurrency: LOOKS_AT_ONCE,
      work: (name) => entryAt(join(directory, name), joinedPath(path, name)),
    });
    for (const entry of entries) {
      if (entry === null) continue;
      if (after === null || comparePaths(entry.path, after) > 0) yield [entry];
      if (isDeep && entry.kind === "directory") yield* batchesBelow(root, { path: entry.path, isDeep, after });
    }
  }
}

/** Returns true if `path`, or something below it if the listing `isDeep`, comes behind `after`. */
function mayHave(path: string, after: string | null, isDeep: boolean): boolean {
  if (after === null || comparePaths(path, after) > 0) return true;
  return isDeep && (after === path || after.startsWith(`${path}/`));
}

/** Compares two paths name by name, so that a directory comes right before what is in it. */
export function comparePaths(one: string, other: string): number {
  const [names, others] = [one.split("/"), other.split("/")];
  for (let index = 0; index < Math.min(names.length, others.length); index++) {
    if (names[index] !== others[index]) return names[index] < others[index] ? -1 : 1;
  }
  return names.length - others.length;
}

/** Returns the entry at `place`; `null` if it was removed meanwhile. */
async function entryAt(place: string, path: string): Promise<FileEntry | null> {
  try {
    return entryOf(path, await Deno.lstat(place));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw fileError(error, path);
  }
}

/** Returns the entry of a path from its state. */
export function entryOf(path: string, info: Deno.FileInfo): FileEntry {
  const kind = info.isSymlink ? "link" : info.isDirectory ? "directory" : info.isFile ? "file" : "other";
  const fallback = kind === "directory" ? DEFAULT_DIRECTORY_MODE : DEFAULT_MODE;
  return {
    path,
    kind,
    size: info.isFile ? info.size : 0,
    mode: (info.mode ?? fallback) & 0o777,
    modifiedMs: Math.trunc(info.mtime?.getTime() ?? 0),
  };
}
