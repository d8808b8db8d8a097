/** The one list of what goes into an executable of dml, however it is made. */
import { optimise } from "../../models/onnx/optimise.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";

/** A module that something starts; each is bundled on its own. */
export interface Entry {
  /** What it is called when it is bundled. */
  readonly path: string;
  readonly source: string;
  /** Whether it may load parts of itself later; a worker may read nothing, so it is one module. */
  readonly isSplit: boolean;
}

export const ENTRIES: readonly Entry[] = [
  { path: "main.js", source: "main.ts", isSplit: true },
  { path: "worker.js", source: "node/engine/worker.ts", isSplit: false },
];

/** The directories whose code goes in. */
const CODE = ["models", "master", "node", "protocol", "user"];

/** Code names a file either as bytes to import or as a path to read; both as one literal. */
const NAMED_FILE =
  /\bimport\(\s*"([^"]+)",\s*\{\s*with:\s*\{\s*type:\s*"bytes"\s*\}\s*\}\s*\)|\bimport\.meta\.resolve\("([^"]+)"\)/g;

/** Where the bundled code finds its files. */
const FILES_DIRECTORY = "files";

/** A file that is no code: a model, a font, WebAssembly. */
export interface PackedFile {
  /** As the code names it. */
  readonly specifier: string;
  /** Relative to the bundled code. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The specifiers of the files that `code` names. */
export function filesNamedIn(code: string): string[] {
  return [...code.matchAll(NAMED_FILE)].map(([, imported, resolved]) => imported ?? resolved);
}

/** The specifiers of all the files that the code under `root` names, sorted. */
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

/** Where the file that code calls `specifier` is, relative to the bundled code. */
export function pathOf(specifier: string): string {
  return `${FILES_DIRECTORY}/${specifier.replace(/^@/, "")}`;
}

async function* sourcesUnder(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* sourcesUnder(new URL(`${name}/`, directory));
    else if (/(?<!\.d|\.as)\.ts$/.test(name)) yield new URL(name, directory);
  }
}
