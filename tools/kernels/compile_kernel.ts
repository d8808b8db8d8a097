import asc from "assemblyscript/asc";
import { GALLERY_PAGES_MAX } from "../../models/kernels/gallery_places.ts";

/** Folder of the kernels, both sources and compiled files. */
export const KERNELS_DIRECTORY = new URL("../../models/kernels/", import.meta.url);

const SOURCE_EXTENSION = ".as.ts";
const OUTPUT = "kernel.wasm";
const TEXT = "kernel.wat";

/**
 * `-O3` also assumes that nothing lies in the first KiB of the memory; see
 * `KERNEL_CONSTANTS_START`.
 */
const FLAGS: readonly string[] = [
  "-O3",
  "--converge",
  "--noAssert",
  "--enable=simd",
  // No kernel allocates anything, so none needs a runtime.
  "--runtime=stub",
  "--importMemory",
  "--noExportMemory",
  "--initialMemory=1",
];

/** Kernels that share a memory with other threads; it may grow to the full 32-bit address space. */
export const SHARED_MEMORY: readonly string[] = ["gallery_scan"];
const SHARED_V8_FLAGS: readonly string[] = [
  "--enable=threads",
  "--sharedMemory",
  `--maximumMemory=${GALLERY_PAGES_MAX}`,
];

/** Output of the compiler for one kernel. */
export interface CompiledKernel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same in the text format of WebAssembly, for inspection. */
  readonly text: string;
}

/**
 * Returns the names of all kernels, sorted. Each is a source at the top of the folder; the folders
 * below hold their parts.
 */
export async function kernelNames(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(KERNELS_DIRECTORY));
  return entries.filter(({ isFile, name }) => isFile && name.endsWith(SOURCE_EXTENSION))
    .map(({ name }) => name.slice(0, -SOURCE_EXTENSION.length)).toSorted();
}

/**
 * Compiles the kernel `name` in memory. Throws with the compiler's messages if there are any,
 * warnings included.
 */
export async function compileKernel(name: string): Promise<CompiledKernel> {
  const written = new Map<string, Uint8Array<ArrayBuffer> | string>();
  const args = [`${name}${SOURCE_EXTENSION}`, `--outFile=${OUTPUT}`, `--textFile=${TEXT}`, ...FLAGS];
  if (SHARED_MEMORY.includes(name)) args.push(...SHARED_V8_FLAGS);
  const { error, stderr } = await asc.main(args, {
    readFile: readSource,
    writeFile: (path, contents) => void written.set(path, contents as Uint8Array<ArrayBuffer> | string),
    listFiles: () => [],
  });
  const messages = stderr.toString();
  if (error !== null || messages !== "") throw new Error(`${name}${SOURCE_EXTENSION}: ${error ?? ""}\n${messages}`);
  return { bytes: written.get(OUTPUT) as Uint8Array<ArrayBuffer>, text: written.get(TEXT) as string };
}

/** Reads a source; `null` if there is none. */
async function readSource(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(new URL(path, KERNELS_DIRECTORY));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
