import { join } from "node:path";
// @ts-types="../glob_to_regexp.d.ts"
import { globToRegExp } from "@std/path/glob-to-regexp";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { fixedPartOf, isGlob } from "./glob.ts";

/** Maximum number of directories that `**` may match. */
const DIRECTORIES_MAX = 10_000;

export interface GlobOptions {
  readonly directoriesMax?: number;
  /** Lists a directory; by default one of the file system. */
  readonly readDirectory?: (path: string) => AsyncIterable<Deno.DirEntry>;
}

/** Paths that match a pattern. */
export interface GlobMatches {
  readonly paths: string[];
  /** Directories that could not be read, each with its error. */
  readonly unreadable: ReadonlyMap<string, unknown>;
}

/**
 * Expands `pattern` one path segment at a time. It begins at the fixed part of the pattern, because
 * the process may not read above it. `**` matches a directory and everything below it except hidden
 * directories and links. A pattern after `**` matches files only, because `**` has matched their
 * directories already. Throws `usage` if `**` matches more than `directoriesMax` directories.
 */
export async function expandGlob(pattern: string, options: GlobOptions = {}): Promise<GlobMatches> {
  const expansion = new Expansion(pattern, options);
  const start = fixedPartOf(pattern);
  const segments = pattern.slice(start === "." ? 0 : start.length).split("/").filter((part, index, all) =>
    part !== "" && !(part === "**" && all[index - 1] === "**")
  );
  if (segments.at(-1) === "**") segments.push("*");
  const isDeep = segments.includes("**");
  let paths = [start];
  for (const [index, segment] of segments.entries()) {
    const filesOnly = isDeep && index === segments.length - 1 && isGlob(segment);
    const next = new Set<string>();
    for (const path of paths) {
      const found = segment === "**" ? expansion.below(path) : expansion.matches(path, { segment, filesOnly });
      for await (const match of found) next.add(match);
    }
    paths = [...next];
  }
  return { paths, unreadable: expansion.unreadable };
}

class Expansion {
  readonly unreadable = new Map<string, unknown>();
  readonly #pattern: string;
  readonly #directoriesMax: number;
  readonly #readDirectory: (path: string) => AsyncIterable<Deno.DirEntry>;
  #directories = 0;

  constructor(pattern: string, { directoriesMax = DIRECTORIES_MAX, readDirectory = Deno.readDir }: GlobOptions) {
    this.#pattern = pattern;
    this.#directoriesMax = directoriesMax;
    this.#readDirectory = readDirectory;
  }

  /** Yields the entries of `directory` that match one segment of the pattern. */
  async *matches(
    directory: string,
    { segment, filesOnly }: { segment: string; filesOnly: boolean },
  ): AsyncGenerator<string> {
    const pattern = globToRegExp(segment, { globstar: false });
    for await (const { name, isDirectory } of this.#entries(directory)) {
      const isMatch = (name === segment || pattern.test(name)) && !(filesOnly && isDirectory);
      if (isMatch && name.startsWith(".") === segment.startsWith(".")) yield join(directory, name);
    }
  }

  /** Yields `directory` and all directories below it, except hidden ones. */
  async *below(directory: string): AsyncGenerator<string> {
    if (++this.#directories > this.#directoriesMax) {
      const sentence = `${this.#pattern} matches more than ${this.#directoriesMax.toLocaleString("en")} directories.`;
      throw new DmlError("usage", sentence, { advice: "Name a directory further down." });
    }
    yield directory;
    for await (const { name, isDirectory } of this.#entries(directory)) {
      if (isDirectory && !name.startsWith(".")) yield* this.below(join(directory, name));
    }
  }

  async *#entries(directory: string): AsyncGenerator<Deno.DirEntry> {
    try {
      yield* this.#readDirectory(directory);
    } catch (error) {
      // A path that is no directory, or that was removed meanwhile, matches nothing.
      const isNothing = error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.NotFound;
      if (!isNothing) this.unreadable.set(directory, error);
    }
  }
}
