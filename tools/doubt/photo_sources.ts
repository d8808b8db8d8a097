import { join } from "node:path";
import { invariant } from "../../protocol/kernel/invariant.ts";
import SOURCES from "./sources.json" with { type: "json" };

/** Photos of one origin and licence; `sources.json` says where they are from. */
export interface PhotoSource {
  /** Name of its directory, which holds the photos and nothing below. */
  readonly directory: string;
  /**
   * `faces` if each photo shows one person, whose face is its largest; `others` if there are no
   * human faces.
   */
  readonly holds: "faces" | "others";
  /** Part in which all of its photos are left out together; absent if they are dealt out. */
  readonly fold?: number;
  readonly licence: string;
  readonly title: string;
  /** Files that are not used: they hold what the others do not. */
  readonly except?: readonly string[];
  /** Files of the groups of people whose losses are printed apart. */
  readonly groups?: Readonly<Record<string, readonly string[] | undefined>>;
}

const PHOTO = /\.(jpe?g|png|webp)$/i;

/** Returns all sources in the order of the file. */
export function photoSources(): readonly PhotoSource[] {
  return SOURCES.sources.map((source) => {
    invariant(source.holds === "faces" || source.holds === "others", "a source says what it holds");
    return { ...source, holds: source.holds };
  });
}

/** Returns the names of the photos of a source in `root`, sorted; none if it has no directory. */
export async function photosOf({ directory, except = [] }: PhotoSource, root: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(join(root, directory))) {
      if (isFile && PHOTO.test(name) && !except.includes(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}
