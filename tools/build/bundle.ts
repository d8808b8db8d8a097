import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAs, z } from "../../protocol/schema.ts";
import { type BundledModule, withCanonicalNames } from "./canonical_names.ts";
import { ENTRIES, type Entry, filesNamedIn, pathOf } from "./contents.ts";

/** Code that is put before the code of an entry, by the path of the entry. */
const PRELUDES: Readonly<Record<string, string>> = {
  // The engine mistakes a realm with a location for a web page, and would request files from its
  // address that do not exist. Emscripten glue code that was a CommonJS module reads `__dirname`;
  // it receives its WebAssembly as an argument and reads no file from there.
  "worker.js": 'delete globalThis.location;globalThis.__dirname="";',
};

const configSchema = z.looseObject({ imports: z.record(z.string(), z.string()) });

/**
 * Bundles all code under `root`. Every part that is loaded on its own becomes a module, so that
 * nothing is read before it is needed.
 */
export async function bundledCode(root: URL, specifiers: readonly string[]): Promise<BundledModule[]> {
  const workshop = await Deno.makeTempDir({ prefix: "dml-bundle-" });
  try {
    const config = join(workshop, "deno.json");
    await Deno.writeTextFile(config, JSON.stringify(await bundleConfig(root)));
    const modules: BundledModule[] = [];
    for (const entry of ENTRIES) {
      const outputDirectory = join(workshop, entry.path);
      modules.push(...await bundleEntry({ root, entry, config, specifiers, outputDirectory }));
    }
    return withCanonicalNames(modules);
  } finally {
    await Deno.remove(workshop, { recursive: true });
  }
}

/** Bundles the module `source` with all its dependencies into one text. */
export async function bundledModule(root: URL, source: string): Promise<string> {
  const workshop = await Deno.makeTempDir({ prefix: "dml-bundle-" });
  try {
    const config = join(workshop, "deno.json");
    await Deno.writeTextFile(config, JSON.stringify(await bundleConfig(root)));
    const outputDirectory = join(workshop, "out");
    const entry = { path: "module.js", source, isSplit: false };
    const [{ text }] = await bundleEntry({ root, entry, config, specifiers: [], outputDirectory });
    return text;
  } finally {
    await Deno.remove(workshop, { recursive: true });
  }
}

/**
 * Returns `deno.json` in the form the bundler needs: with absolute paths, and with the build of the
 * engine that contains its glue code.
 */
async function bundleConfig(root: URL): Promise<unknown> {
  const text = await Deno.readTextFile(new URL("deno.json", root));
  const config = parseAs(configSchema, JSON.parse(text), { what: "deno.json", code: "internal" });
  return {
    ...config,
    // The page is a file by then, which a task of its own has bundled.
    workspace: undefined,
    imports: { ...config.imports, "onnxruntime-web": `${config.imports["onnxruntime-web"]}/wasm` },
    lock: { path: fileURLToPath(new URL("deno.lock", root)), frozen: true },
  };
}

interface BundleOrder {
  readonly root: URL;
  readonly entry: Entry;
  readonly config: string;
  /** Files that are not bundled. */
  readonly specifiers: readonly string[];
  readonly outputDirectory: string;
}

async function bundleEntry(order: BundleOrder): Promise<BundledModule[]> {
  const { root, entry, config, specifiers, outputDirectory } = order;
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--no-check",
      "--platform=deno",
      "--minify",
      ...(entry.isSplit ? ["--code-splitting"] : []),
      `--config=${config}`,
      ...specifiers.map((specifier) => `--external=${specifier}`),
      `--outdir=${outputDirectory}`,
      entry.source,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`${entry.source} cannot be bundled:\n${new TextDecoder().decode(stderr)}`);
  const entryName = basename(entry.source, ".ts") + ".js";
  const modules: BundledModule[] = [];
  for await (const { name } of Deno.readDir(outputDirectory)) {
    const text = withLazyImports(await Deno.readTextFile(join(outputDirectory, name)));
    if (name === entryName) modules.push({ path: entry.path, text: (PRELUDES[entry.path] ?? "") + text });
    else modules.push({ path: name, text });
  }
  return modules;
}

/**
 * Returns `code` with its files renamed to their paths in the program. Every module and file that
 * is imported later is hidden from Deno's static analysis, which would load all that a program may
 * ever import before it starts.
 */
export function withLazyImports(code: string): string {
  const named = new Set(filesNamedIn(code));
  const placed = (specifier: string) => named.has(specifier) ? `./${pathOf(specifier)}` : specifier;
  return code
    .replace(/\bimport\("([^"]+)"/g, (_, specifier) => `import((0,"${placed(specifier)}")`)
    .replace(/\bimport\.meta\.resolve\("([^"]+)"\)/g, (_, specifier) => `import.meta.resolve("${placed(specifier)}")`);
}
