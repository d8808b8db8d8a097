import { CompiledModule } from "../../../../node/engine/patches/compiled_module.ts";
import { InvariantError } from "../../../../protocol/kernel/invariant.ts";
import { assert, assertEquals, assertThrows } from "../../../assert.ts";
import { I32, madeImport, type MadeModule, madeModule } from "./made_module.ts";

const CALL = 0x10;
const localGet = (index: number) => [0x20, index];
const I32_CONST = 0x41;
const I32_ADD = 0x6a;
const I32_MULTIPLY = 0x6c;
const GLOBAL_GET = 0x23;

const ONE_NUMBER = [[I32], [I32]] as const;
const TWO_NUMBERS = [[I32, I32], [I32]] as const;

/** `twice(a)` and `run(a) = twice(a) + 1`. */
const ENGINE: MadeModule = {
  types: [ONE_NUMBER],
  functions: [
    { type: 0, code: [...localGet(0), ...localGet(0), I32_ADD] },
    { type: 0, code: [...localGet(0), CALL, 0, I32_CONST, 1, I32_ADD] },
  ],
  exports: { twice: 0, run: 1 },
};

/** `forty(a) = 40`. */
const FORTY: MadeModule = {
  types: [ONE_NUMBER],
  functions: [{ type: 0, code: [I32_CONST, 40] }],
  exports: { forty: 0 },
};

type Exports = Readonly<Record<string, (value: number) => number>>;

function exportsOf(bytes: Uint8Array<ArrayBuffer>): Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports;
}

function compiled(made: MadeModule): CompiledModule {
  return new CompiledModule(madeModule(made));
}

Deno.test("CompiledModule.replace() puts a function in the place of one, which whoever called the one calls", () => {
  const module = compiled(ENGINE);
  const by = { kernel: compiled(FORTY), name: "forty", imports: {} };
  const replaced = exportsOf(module.replace(0, by));
  assertEquals([replaced.twice(7), replaced.run(7)], [40, 41]);
  const last = exportsOf(module.replace(1, by));
  assertEquals([last.twice(7), last.run(7)], [14, 40]);
});

Deno.test("what CompiledModule.replace() puts there calls the original, functions of the module and those of the kernel", () => {
  // Functions: two imports; product(a, b); main(a) = product(original(a), a) + run(a); itself(a) =
  // main(a).
  const kernel = compiled({
    types: [[[], []], TWO_NUMBERS, ONE_NUMBER],
    imports: [madeImport("run", [0, 2]), madeImport("memory", [2, 0, 1]), madeImport("original", [0, 2])],
    functions: [
      { type: 1, code: [...localGet(0), ...localGet(1), I32_MULTIPLY] },
      {
        type: 2,
        locals: [I32],
        code: [
          ...[...localGet(0), CALL, 1, ...localGet(0), CALL, 2],
          ...[...localGet(0), CALL, 0, I32_ADD],
        ],
      },
    ],
    exports: { product: 2, main: 3 },
  });
  const third = { type: 0, code: [...localGet(0), I32_CONST, 5, I32_ADD] };
  const module = compiled({
    ...ENGINE,
    functions: [...ENGINE.functions!, third],
    exports: { ...ENGINE.exports, more: 2 },
  });
  const bytes = module.replace(0, { kernel, name: "main", imports: { run: 2, original: "replaced" } });
  const { twice, run, more } = exportsOf(bytes);
  assertEquals([twice(7), run(7), more(7)], [98 + 12, 98 + 12 + 1, 12]);
});

Deno.test("CompiledModule counts the functions among what a module imports", () => {
  const functionReference = 0x70;
  const imports = [
    [0, 0],
    [1, functionReference, 1, 2, 3],
    [2, 0, 1],
    [0, 1],
    [3, I32, 1],
    [4, 0, 0],
    [2, 3, 1, 0x80, 2],
  ];
  // The module's own function returns what it is given.
  const bytes = madeModule({
    types: [[[], []], ONE_NUMBER],
    imports: imports.map((kind) => madeImport("x", kind)),
    functions: [{ type: 1, code: localGet(0) }],
    exports: { run: 2 },
  });
  assert(WebAssembly.validate(bytes));
  const module = new CompiledModule(bytes);
  assertEquals(module.functionBytes(2), Uint8Array.of(4, 0, 0x20, 0, 0x0b));
  assertEquals([module.functionBytes(1), module.functionBytes(3)], [undefined, undefined]);
  assert(WebAssembly.validate(module.replace(2, { kernel: compiled(FORTY), name: "forty", imports: {} })));
});

Deno.test("CompiledModule.functionBytes() finds no function in a module that has none", () => {
  assertEquals(compiled({}).functionBytes(0), undefined);
});

Deno.test("CompiledModule.replace() refuses what cannot be moved from one module to another", () => {
  const module = compiled(ENGINE);
  const refused = (kernel: MadeModule, name = "forty") =>
    assertThrows(() => module.replace(0, { kernel: compiled(kernel), name, imports: {} }), InvariantError);
  refused({ ...FORTY, globals: [[I32, 0, I32_CONST, 1, 0x0b]] });
  refused({ ...FORTY, functions: [{ type: 0, code: [GLOBAL_GET, 0] }] });
  refused({
    ...FORTY,
    imports: [madeImport("unknown", [0, 0])],
    functions: [{ type: 0, code: [...localGet(0), CALL, 0] }],
    exports: { forty: 1 },
  });
  refused(FORTY, "fifty");
  const [by] = [{ kernel: compiled(FORTY), name: "forty", imports: {} }];
  assertThrows(() => module.replace(2, by), InvariantError);
});
