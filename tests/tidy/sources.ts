/** A TypeScript file of the repository. */
export interface Source {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** The text without comments; strings keep their contents. */
  readonly code: string;
  /** Packages, and paths of files, that it imports (types too) or names by `new URL("…")`. */
  readonly imports: readonly string[];
}

export const ROOT = new URL("../../", import.meta.url);

const NOT_OURS = ["demo-output", "dist", "node_modules"];

/** Yields the path of every file of the repository, without hidden and generated ones. */
export function* walk(directory = ROOT, prefix = ""): Generator<string> {
  for (const entry of Deno.readDirSync(directory)) {
    if (entry.name.startsWith(".") || NOT_OURS.includes(entry.name)) continue;
    const path = prefix + entry.name;
    if (entry.isDirectory) yield* walk(new URL(`${entry.name}/`, directory), `${path}/`);
    else yield path;
  }
}

/** Reads a text file by its path from the root. */
export function readText(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** Returns the number of lines of `text`. */
export function linesOf(text: string): number {
  return text.split("\n").length - 1;
}

/** Every TypeScript file: product code, tests and tools. */
export const SOURCES: readonly Source[] = [...walk()].filter((path) => /\.tsx?$/.test(path)).map((path) => {
  const text = readText(path);
  const code = withoutComments(text);
  return { path, text, code, imports: importsOf(path, code) };
});

/** The files that users run: all but tests, tools, and sources of kernels (in another language). */
export const PRODUCT = SOURCES.filter(({ path }) =>
  !path.startsWith("tests/") && !path.startsWith("tools/") && !path.endsWith(".as.ts")
);

export const TESTS = SOURCES.filter(({ path }) => path.startsWith("tests/"));

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[\s;{}(,])\/\/[^\n]*/g, "$1");
}

function importsOf(path: string, code: string): string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|new URL\(\s*)"([^"]+)"/g;
  return [...code.matchAll(pattern)].map(([, specifier]) => {
    if (!specifier.startsWith(".")) return specifier;
    return new URL(specifier, new URL(path, "file:///")).pathname.slice(1);
  });
}
