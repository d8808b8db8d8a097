/** The complete list of the content of an executable of dml, for every way it is built. */
import { optimise } from "../../models/onnx/optimise.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";

/** An entry module, which is bundled on its own. */
export interface Entry {
  /** Path of the bundled module. */
  readonly path: string;
  readonly source: string;
  /**
   * True if it may load parts of itself later. A worker may not read files, so it is a single
   * module.
   */
  readonly isSplit: boolean;
}

export const ENTRIES: readonly Entry[] = [
  { path: "main.js", source: "main.ts", isSplit: true },
  { path: "worker.js", source: "node/engine/worker.ts", isSplit: false },
];

/** Directories whose code is included. */
const CODE = ["models", "master", "node", "protocol", "user"];

/** Matches a file that code imports as bytes or resolves to a path; both name it by a literal. */
const NAMED_FILE =
  /\bimport\(\s*"([^"]+)",\s*\{\s*with:\s*\{\s*type:\s*"bytes"\s*\}\s*\}\s*\)|\bimport\.meta\.resolve\("([^"]+)"\)/g;

/** Directory of the files, relative to the bundled code. */
const FILES_DIRECTORY = "files";

/** A file that is not code: a model file, a font, WebAssembly. */
export interface PackedFile {
  /** Specifier by which the code names it. */
  readonly specifier: string;
  /** Path relative to the bundled code. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Returns the specifiers of the files that `code` names. */
export function filesNamedIn(code: string): string[] {
  return [...code.matchAll(NAMED_FILE)].map(([, imported, resolved]) => imported ?? resolved);
}

/** Returns the sorted specifiers of all files that the code under `root` names. */
export async function namedFiles(root: URL): Promise<string[]> {
  const names = new Set<string>();
  for (const directory of CODE) {
    for await (const url of sourcesUnder(new URL(`${directory}/`, root))) {
      for (const name of filesNamedIn(await Deno.readTextFile(url))) names.add(name);
    }
  }
  invariant(names.size > 0, "the code names files");
  return [...names].toSorted();
}

/**
 * Model files of models that nobody is offered unasked; with them an executable is half as large
 * again.
 */
const OPTIONAL_FILES: readonly string[] = ["age", "expression", "gender", "liveness"]
  .map((name) => `face-models/model/fr_${name}.onnx`);

/**
 * All those files, of the optional ones none unless they are asked for. A model's files go in
 * as they are run: what taking them in makes of the published ones.
 */
export async function packedFiles(root: URL, options: { optional: boolean }): Promise<PackedFile[]> {
  const wanted = (await namedFiles(root)).filter((name) => options.optional || !OPTIONAL_FILES.includes(name));
  return await Promise.all(wanted.map(async (specifier) => {
    const imported: { readonly default: Uint8Array<ArrayBuffer> } = await import(specifier, {
      with: { type: "bytes" },
    });
    const bytes = specifier.endsWith(".onnx") ? optimise(imported.default) : imported.default;
    return { specifier, path: pathOf(specifier), bytes };
  }));
}

/** Returns the path, relative to the bundled code, of the file that code names `specifier`. */
export function pathOf(specifier: string): string {
  return `${FILES_DIRECTORY}/${specifier.replace(/^@/, "")}`;
}

async function* sourcesUnder(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* sourcesUnder(new URL(`${name}/`, directory));
    else if (/(?<!\.d|\.as)\.ts$/.test(name)) yield new URL(name, directory);
  }
}
