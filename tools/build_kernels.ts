/**
 * Compiles every kernel of `models/kernels/` to the `.wasm` file beside its source. With `--text`
 * it prints them in WebAssembly's text format instead.
 */
import { compileKernel, kernelNames, KERNELS_DIRECTORY } from "./kernels/compile_kernel.ts";

for (const name of await kernelNames()) {
  const { bytes, text } = await compileKernel(name);
  if (Deno.args.includes("--text")) {
    console.log(text);
    continue;
  }
  await Deno.writeFile(new URL(`${name}.wasm`, KERNELS_DIRECTORY), bytes);
  console.log(`${name}.wasm: ${bytes.length} bytes`);
}
