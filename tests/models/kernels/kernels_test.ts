/**
 * The compiled kernels in `models/kernels/` are what their sources compile to, and keep to the part
 * of memory that is theirs.
 */
import { KERNEL_CONSTANTS_START, KERNEL_MEMORY_START, PAGE_BYTES } from "../../../models/kernels/memory.ts";
import { compileKernel, kernelNames, KERNELS_DIRECTORY, SHARED_MEMORY } from "../../../tools/kernels/compile_kernel.ts";
import { assert, assertEquals } from "../../assert.ts";

const NAMES = await kernelNames();
/** The functions that a kernel calls where it is a part of the inference engine. */
const ENGINE_FUNCTIONS = { convolve() {}, activate() {} };
const compiledFiles = await Promise.all(
  NAMES.map((name) => Deno.readFile(new URL(`${name}.wasm`, KERNELS_DIRECTORY))),
);

Deno.test("every kernel is compiled from its source: deno task build:kernels", async (test) => {
  for (const [index, name] of NAMES.entries()) {
    await test.step(name, async () => {
      const { bytes } = await compileKernel(name);
      assertEquals(compiledFiles[index], bytes, `${name}.wasm is not what ${name}.as.ts compiles to`);
    });
  }
});

Deno.test("every compiled kernel has a source", async () => {
  const files = await Array.fromAsync(Deno.readDir(KERNELS_DIRECTORY));
  const names = files.filter(({ name }) => name.endsWith(".wasm")).map(({ name }) => name.slice(0, -".wasm".length));
  assertEquals(names.toSorted(), NAMES);
});

Deno.test("compileKernel() throws with the compiler's messages", async () => {
  const error = await compileKernel("no_such_kernel").catch((error: Error) => error);
  assert(error instanceof Error && error.message.includes("no_such_kernel.as.ts"), String(error));
});

Deno.test("the constants of every kernel lie before KERNEL_MEMORY_START", () => {
  for (const [index, name] of NAMES.entries()) {
    for (const filling of [0, 0xff]) {
      const memory = SHARED_MEMORY.includes(name)
        ? new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true })
        : new WebAssembly.Memory({ initial: 1 });
      const bytes = new Uint8Array(memory.buffer).fill(filling);
      new WebAssembly.Instance(new WebAssembly.Module(compiledFiles[index]), {
        env: { memory },
        engine: ENGINE_FUNCTIONS,
      });
      const isUntouched = (byte: number) => byte === filling;
      assert(bytes.subarray(0, KERNEL_CONSTANTS_START).every(isUntouched), name);
      assert(bytes.subarray(KERNEL_MEMORY_START, PAGE_BYTES).every(isUntouched), name);
    }
  }
});
