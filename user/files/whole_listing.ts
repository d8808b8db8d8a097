import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { FileEntry, ListRequest } from "../../protocol/messages/files.ts";
import type { FileSource } from "../../protocol/ports/file_store.ts";

/** Returns all pages of a listing. Throws `request_invalid` if there are too many entries. */
export async function wholeListing(
  source: Pick<FileSource, "list">,
  request: Omit<ListRequest, "after">,
): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for (let after: string | null = null;;) {
    const page = await source.list({ ...request, after });
    entries.push(...page.entries);
    if (page.isComplete || page.entries.length === 0) return entries;
    if (entries.length >= LIMITS.fileEntriesMax) {
      throw new DmlError("request_invalid", `There are more than ${LIMITS.fileEntriesMax} files and directories.`, {
        advice: "Name a directory further down.",
      });
    }
    after = page.entries[page.entries.length - 1].path;
  }
}

/** Returns the entry of a path itself; `null` if it is not there. */
export async function entryAt(source: Pick<FileSource, "list">, path: string): Promise<FileEntry | null> {
  const { entries: [entry = null] } = await source.list({ path, depth: "itself", after: null });
  return entry;
}
