import { CompiledModule } from "../../../models/wasm/compiled_module.ts";
import { control, i32, local, sequence, unsigned } from "../../../models/wasm/instructions.ts";
import { encodeModule, type ModuleFunction } from "../../../models/wasm/module.ts";
import { assert, assertEquals } from "../../assert.ts";

/** `twice(a)` and `run(a) = twice(a) + 1`. */
const TWICE = {
  name: "twice",
  result: "i32",
  parameters: ["i32"],
  locals: [],
  body: i32.add(local.get(0), local.get(0)),
} as const;
const RUN = {
  name: "run",
  result: "i32",
  parameters: ["i32"],
  locals: [],
  body: i32.add(control.call(0, local.get(0)), i32.constant(1)),
} as const;

type Exports = Readonly<Record<string, (value: number) => number>>;

function exportsOf(bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports = {}): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as Exports;
}

function ofOneNumber(body: readonly number[], locals: ModuleFunction["locals"] = []): ModuleFunction {
  return { result: "i32", parameters: ["i32"], locals, body };
}

Deno.test("CompiledModule.replace() puts a function in the place of one, which whoever called the one calls", () => {
  const module = new CompiledModule(encodeModule({ memories: [], functions: [TWICE, RUN] }));
  const replaced = exportsOf(module.replace(0, () => ({ function: ofOneNumber(i32.constant(40)), helpers: [] })));
  assertEquals([replaced.twice(7), replaced.run(7)], [40, 41]);
  const last = exportsOf(module.replace(1, () => ({ function: ofOneNumber(i32.constant(40)), helpers: [] })));
  assertEquals([last.twice(7), last.run(7)], [14, 40]);
});

Deno.test("what CompiledModule.replace() puts there can call the original and its helpers, which may be of other types", () => {
  const module = new CompiledModule(encodeModule({ memories: [], functions: [TWICE, RUN] }));
  const product: ModuleFunction = {
    result: "i32",
    parameters: ["i32", "i32"],
    locals: [],
    body: i32.multiply(local.get(0), local.get(1)),
  };
  const nothing: ModuleFunction = { parameters: [], locals: ["v128", "i64"], body: [] };
  const bytes = module.replace(0, ({ original, helpers }) => ({
    function: ofOneNumber(
      sequence(
        control.call(helpers),
        local.set(1, control.call(original, local.get(0))),
        control.call(helpers + 1, local.get(1), local.get(0)),
      ),
      ["i32"],
    ),
    helpers: [nothing, product],
  }));
  assert(WebAssembly.validate(bytes));
  const { twice, run } = exportsOf(bytes);
  assertEquals([twice(7), run(7)], [98, 99]);
});

Deno.test("CompiledModule counts the functions among what a module imports", () => {
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const section = (number: number, content: readonly number[]) => [number, ...unsigned(content.length), ...content];
  const imported = (kind: readonly number[]) => [...name("m"), ...name("x"), ...kind];
  const [i32Type, functionReference] = [0x7f, 0x70];
  const imports = [
    [0, 0],
    [1, functionReference, 1, 2, 3],
    [2, 0, 1],
    [0, 1],
    [3, i32Type, 1],
    [4, 0, 0],
    [2, 3, 1, 0x80, 2],
  ];
  // Types: () -> (), (i32) -> i32. The module's own function answers what it is given.
  const bytes = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, 0x60, 0, 0, 0x60, 1, i32Type, 1, i32Type]),
    ...section(2, [imports.length, ...imports.flatMap(imported)]),
    ...section(3, [1, 1]),
    ...section(7, [1, ...name("run"), 0, 2]),
    ...section(10, [1, 4, 0, 0x20, 0, 0x0b]),
  ]);
  assert(WebAssembly.validate(bytes));
  const module = new CompiledModule(bytes);
  assertEquals(module.functionBytes(2), Uint8Array.of(4, 0, 0x20, 0, 0x0b));
  assertEquals([module.functionBytes(1), module.functionBytes(3)], [undefined, undefined]);
  const replaced = module.replace(2, ({ original }) => ({
    function: ofOneNumber(i32.add(control.call(original, local.get(0)), control.call(1, i32.constant(5)))),
    helpers: [],
  }));
  assert(WebAssembly.validate(replaced));
});

Deno.test("CompiledModule.functionBytes() finds no function in a module that has none", () => {
  assertEquals(new CompiledModule(encodeModule({ memories: [], functions: [] })).functionBytes(0), undefined);
});
