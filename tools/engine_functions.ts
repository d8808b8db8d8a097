/**
 * Finds the functions of the inference engine that `node/engine/patches/` replaces or calls, in any
 * version, and prints their digests: `deno run -A tools/engine_functions.ts [FILE]`. FILE is the
 * `ort-wasm-simd-threaded.wasm` of that version; by default the one that dml is built from.
 */
import { fileURLToPath } from "node:url";
import { ByteReader } from "../node/engine/patches/byte_reader.ts";
import { CompiledModule } from "../node/engine/patches/compiled_module.ts";
import { digestOf } from "../protocol/kernel/digest.ts";

const MAGIC_AND_VERSION_BYTES = 8;
const SECTION = { types: 1, functions: 3 } as const;
const [I32, CALL, I32_LOAD, F32_LOAD] = [0x7f, 0x10, 0x28, 0x2a];
/** The alignment of 4 bytes, as a power of two. */
const OF_FOUR_BYTES = 2;

/**
 * Types of `MlasConvOperation` and `MlasActivation`: a number of 32-bit parameters, and no result.
 */
const CONVOLVE_TYPE = typeOf(8);
const ACTIVATE_TYPE = typeOf(6);
/** Loads of fields that `MlasConvOperation` reads: FilterCount, OutputSize, K, Beta. */
const FIELD_LOADS = [
  [I32_LOAD, OF_FOUR_BYTES, 96],
  [I32_LOAD, OF_FOUR_BYTES, 116],
  [I32_LOAD, OF_FOUR_BYTES, 120],
  [F32_LOAD, OF_FOUR_BYTES, 124],
];

const file = Deno.args[0] ?? fileURLToPath(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
const bytes = await Deno.readFile(file);
const module = new CompiledModule(bytes);
const types = typesOfFunctions(bytes);
const first = firstFunction();

for (const [index, type] of types.entries()) {
  const body = module.functionBytes(first + index)!;
  if (type !== CONVOLVE_TYPE || !FIELD_LOADS.every((load) => includes(body, load))) continue;
  print("MlasConvOperation", first + index);
  for (const called of callsIn(body)) {
    if (types[called - first] === ACTIVATE_TYPE) print("MlasActivation, if it is called last", called);
  }
}

function print(name: string, number: number): void {
  const body = module.functionBytes(number)!;
  console.log(`${name}: number ${number}, ${body.length} bytes, digest ${digestOf(body)}`);
}

/** Returns the type, as text, of each function that the module does not import. */
function typesOfFunctions(bytes: Uint8Array): string[] {
  const sections = new ByteReader(bytes.subarray(MAGIC_AND_VERSION_BYTES));
  const contents = new Map<number, Uint8Array>();
  while (!sections.isAtEnd) contents.set(sections.byte(), sections.counted());
  const typeReader = new ByteReader(contents.get(SECTION.types)!);
  const types = Array.from({ length: typeReader.unsigned() }, () => {
    typeReader.byte();
    return `${typeReader.counted()} -> ${typeReader.counted()}`;
  });
  const functions = new ByteReader(contents.get(SECTION.functions)!);
  return Array.from({ length: functions.unsigned() }, () => types[functions.unsigned()]);
}

/** Returns the number of the first function that the module does not import. */
function firstFunction(): number {
  let number = 0;
  while (module.functionBytes(number) === undefined) number++;
  return number;
}

function typeOf(parameters: number): string {
  return `${new Array<number>(parameters).fill(I32)} -> `;
}

function includes(body: Uint8Array, wanted: readonly number[]): boolean {
  return body.some((_, at) => wanted.every((byte, index) => body[at + index] === byte));
}

/**
 * Returns the numbers of the functions that a body calls, possibly with others: any byte that looks
 * like a call counts.
 */
function callsIn(body: Uint8Array): Set<number> {
  const starts = [...body.keys()].filter((at) => body[at] === CALL);
  return new Set(starts.map((at) => new ByteReader(body.subarray(at + 1)).unsigned()));
}
