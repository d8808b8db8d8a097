/**
 * `deno task build`: builds dml as one file that is copied to a host. Options: `--target NAME` or
 * `all` (default: this host), `--way compile` or `portable` (default: the first that works), `--out
 * DIRECTORY` (default: `dist`), `--optional` to include the files of all models.
 */
import { join } from "node:path";
import { parseArguments } from "./build/build_arguments.ts";
import { compiled, findRuntime, type RuntimeSearch, runtimeSearch } from "./build/compile.ts";
import { denoDirectory } from "./build/deno_package.ts";
import { portable } from "./build/portable.ts";
import { buildProgram, type Program } from "./build/program.ts";
import { checksums, type Product, productName } from "./build/product.ts";
import type { Target } from "./build/targets.ts";

const ROOT = new URL("../", import.meta.url);

if (import.meta.main) {
  try {
    await build();
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
  }
}

async function build(): Promise<void> {
  const { targets, way, isForThisHost, outputDirectory, optional } = parseArguments(Deno.args, Deno.build);
  const program = await buildProgram(ROOT, { optional });
  const search = runtimeSearch(await denoDirectory());
  await Deno.mkdir(outputDirectory, { recursive: true });
  const products: Product[] = [];
  for (const target of targets) {
    const { bytes, isZip, why } = await make(program, target, { way, search });
    const name = productName(target, { isForThisHost, isZip });
    const path = join(outputDirectory, name);
    await Deno.writeFile(path, bytes);
    if (Deno.build.os !== "windows") await Deno.chmod(path, isZip ? 0o644 : 0o755);
    products.push({ name, bytes });
    console.log(`${path}  ${(bytes.length / 1e6).toFixed(1)} MB, ${why}`);
  }
  const sums = join(outputDirectory, "SHA256SUMS");
  await Deno.writeTextFile(sums, checksums(products));
  console.log(sums);
}

/** The file that was built for a target. */
interface Made {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isZip: boolean;
  /** The way that was taken, and the reason. */
  readonly why: string;
}

async function make(
  program: Program,
  target: Target,
  { way, search }: { way: "compile" | "portable" | null; search: RuntimeSearch },
): Promise<Made> {
  let why = "portable, as asked for";
  if (way !== "portable") {
    const refusal = await tryToCompile(program, target, search);
    if (typeof refusal !== "string") return refusal;
    if (way === "compile") throw new Error(`dml cannot be compiled for ${target.name}: ${refusal}.`);
    why = `portable; not compiled: ${refusal}`;
  }
  return { bytes: await portable(ROOT, program, target), isZip: target.os === "windows", why };
}

async function tryToCompile(program: Program, target: Target, search: RuntimeSearch): Promise<Made | string> {
  const { isFound, where } = await findRuntime(target, search);
  if (!isFound) return `there is no denort (${where})`;
  try {
    return { bytes: await compiled(program, target), isZip: false, why: `compiled; denort ${where}` };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
