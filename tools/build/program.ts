import { digestOf } from "../../protocol/kernel/digest.ts";
import { VERSION } from "../../protocol/version.ts";
import { bundledCode, bundledModule } from "./bundle.ts";
import { namedFiles, packedFiles } from "./contents.ts";
import type { ArchivedFile } from "./tar_archive.ts";

/** Source of the text of the LGPL, which must accompany every copy of libheif. */
const LIBHEIF_LICENCE = "libheif-js/libheif-wasm/LICENSE";

/** The parts that executables of all targets share: the bundled code and its files, by path. */
export type Program = readonly ArchivedFile[];

/**
 * Builds the program from the sources under `root`, sorted by path. Files of optional models are
 * included only if `optional` is true.
 */
export async function buildProgram(root: URL, options = { optional: false }): Promise<Program> {
  const encoder = new TextEncoder();
  const code = (await bundledCode(root, await namedFiles(root))).map(({ path, text }) =>
    plain(path, encoder.encode(text))
  );
  const files = (await packedFiles(root, options)).map(({ path, bytes }) => plain(path, bytes));
  const notices = ["LICENSE", "THIRD_PARTY.md"].map(async (name) =>
    plain(name, await Deno.readFile(new URL(name, root)))
  );
  return byPath([...code, ...files, ...await Promise.all(notices), await licenceOfLibheif()]);
}

async function licenceOfLibheif(): Promise<ArchivedFile> {
  return plain("LICENSE.libheif", await Deno.readFile(new URL(import.meta.resolve(LIBHEIF_LICENCE))));
}

/** Bundles the module `source` as a file of a program at `path`. */
export async function programPart(
  root: URL,
  { path, source }: { path: string; source: string },
): Promise<ArchivedFile> {
  return plain(path, new TextEncoder().encode(await bundledModule(root, source)));
}

/**
 * Adds a manifest with the hashes of all files to `program`. The id consists of the version and the
 * start of the manifest's hash.
 */
export function withManifest(
  program: Program,
  version: string = VERSION,
): { readonly files: Program; readonly id: string } {
  const lines = byPath(program).map(({ path, bytes }) => `${hexOf(bytes)}  ${path}\n`);
  const manifest = new TextEncoder().encode(lines.join(""));
  return { files: [plain("manifest", manifest), ...byPath(program)], id: `${version}-${hexOf(manifest).slice(0, 16)}` };
}

function plain(path: string, bytes: Uint8Array<ArrayBuffer>): ArchivedFile {
  return { path, bytes, isExecutable: false };
}

function byPath(files: Program): ArchivedFile[] {
  return files.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

function hexOf(bytes: Uint8Array<ArrayBuffer>): string {
  return digestOf(bytes).slice("sha256:".length);
}
