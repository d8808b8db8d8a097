// @ts-types="../glob_to_regexp.d.ts"
import { globToRegExp } from "@std/path/glob-to-regexp";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { FileEntry } from "../../protocol/messages/files.ts";
import type { FileSource } from "../../protocol/ports/file_store.ts";
import { fixedPartOf, isGlob } from "../pictures/glob.ts";
import { entryAt, wholeListing } from "./whole_listing.ts";

/**
 * Returns the entries that `path` names: itself, or those that match it as a glob. `**` matches
 * files only, at any depth; hidden names match only a pattern that names the dot. Throws
 * `file_not_found` if there is none.
 */
export async function entriesNamed(source: Pick<FileSource, "list">, path: string): Promise<FileEntry[]> {
  const itself = await entryAt(source, path);
  if (itself !== null) return [itself];
  const matches = isGlob(path) ? await matching(source, path) : [];
  if (matches.length > 0) return matches;
  throw new DmlError("file_not_found", isGlob(path) ? `Nothing matches ${path}.` : `There is no ${path}.`);
}

async function matching(source: Pick<FileSource, "list">, pattern: string): Promise<FileEntry[]> {
  const fixed = fixedPartOf(pattern).replace(/\/$/, "");
  const start = fixed === "." ? "" : fixed;
  const isDeep = pattern.includes("**");
  const isFlat = !isDeep && !pattern.slice(start === "" ? 0 : start.length + 1).includes("/");
  if (start !== "" && (await entryAt(source, start))?.kind !== "directory") return [];
  const entries = await wholeListing(source, { path: start, depth: isFlat ? "children" : "all" });
  const expression = globToRegExp(pattern, { globstar: true });
  const namesHidden = /(^|\/)\./.test(pattern.slice(start.length));
  return entries.filter(({ path, kind }) =>
    expression.test(path) && (namesHidden || !/(^|\/)\./.test(path.slice(start.length))) &&
    !(isDeep && kind === "directory")
  );
}
