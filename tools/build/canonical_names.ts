import { digestOf } from "../../protocol/kernel/digest.ts";

/** One module of the bundled code. */
export interface BundledModule {
  /** Relative path, by which modules import one another. */
  readonly path: string;
  readonly text: string;
}

/**
 * Names of modules that the bundler splits off: the name of their source, and a hash that depends
 * on the location of the sources.
 */
const SPLIT_NAME = /([A-Za-z0-9_]+)-[A-Z0-9]{8}\.js/g;
const LABEL_CHARACTERS = 12;

/**
 * Renames every split-off module of `modules` after its text and the texts of the modules that it
 * imports, so that the same sources give the same names in any location. Labels are refined round
 * by round (Weisfeiler-Leman), which also works for modules that import one another in a cycle.
 */
export function withCanonicalNames(modules: readonly BundledModule[]): BundledModule[] {
  const isSplit = new Set(modules.map(({ path }) => path).filter((path) => path.match(SPLIT_NAME)?.[0] === path));
  let names = new Map([...isSplit].map((path) => [path, ""]));
  for (let round = 0; round <= modules.length; round++) {
    const refined = new Map(names);
    for (const { path, text } of modules) {
      if (!isSplit.has(path)) continue;
      const label = digestOf(new TextEncoder().encode(renamed(text, names))).slice("sha256:".length).slice(
        0,
        LABEL_CHARACTERS,
      );
      refined.set(path, path.replace(SPLIT_NAME, `$1-${label}.js`));
    }
    const isSettled = new Set(refined.values()).size === new Set(names.values()).size && round > 0;
    names = refined;
    if (isSettled) break;
  }
  const byPath = new Map(modules.map(({ path, text }) => [names.get(path) ?? path, renamed(text, names)]));
  return [...byPath].map(([path, text]) => ({ path, text })).toSorted((a, b) => a.path < b.path ? -1 : 1);
}

function renamed(text: string, names: ReadonlyMap<string, string>): string {
  return text.replace(SPLIT_NAME, (name) => names.get(name) ?? name);
}
