/** Writes small modules of WebAssembly, byte by byte (WebAssembly 3.0, chapter "Binary Format"). */
import { unsigned } from "../../../../node/engine/patches/byte_reader.ts";

export const I32 = 0x7f;

/**
 * A function: the number of its type, the types of its locals, and its instructions without the
 * end.
 */
export interface MadeFunction {
  readonly type: number;
  readonly locals?: readonly number[];
  readonly code: readonly number[];
}

/** The parts of a module, each item in its bytes. */
export interface MadeModule {
  /** Parameters and results of each function type. */
  readonly types?: readonly (readonly [parameters: readonly number[], results: readonly number[]])[];
  readonly imports?: readonly (readonly number[])[];
  readonly functions?: readonly MadeFunction[];
  readonly globals?: readonly (readonly number[])[];
  /** The numbers of functions by the names under which they are exported. */
  readonly exports?: Readonly<Record<string, number>>;
}

/** Returns the bytes of a module. */
export function madeModule(
  { types = [], imports = [], functions = [], globals = [], exports = {} }: MadeModule,
): Uint8Array<ArrayBuffer> {
  const exported = Object.entries(exports).map(([name, number]) => [...text(name), 0, ...unsigned(number)]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types.map(([parameters, results]) => [0x60, ...list(parameters), ...list(results)])),
    ...section(2, imports),
    ...section(3, functions.map(({ type }) => unsigned(type))),
    ...section(6, globals),
    ...section(7, exported),
    ...section(10, functions.map(functionBody)),
  ]);
}

/** Returns the bytes of an import from the module `m`, given its name, its kind and its type. */
export function madeImport(name: string, kind: readonly number[]): number[] {
  return [...text("m"), ...text(name), ...kind];
}

/** Returns the body of a function behind its length. */
export function functionBody({ locals = [], code }: MadeFunction): number[] {
  const content = [...unsigned(locals.length), ...locals.flatMap((type) => [1, type]), ...code, 0x0b];
  return [...unsigned(content.length), ...content];
}

function section(number: number, items: readonly (readonly number[])[]): number[] {
  if (items.length === 0) return [];
  const content = [...unsigned(items.length), ...items.flat()];
  return [number, ...unsigned(content.length), ...content];
}

function list(items: readonly number[]): number[] {
  return [...unsigned(items.length), ...items];
}

function text(characters: string): number[] {
  return list([...new TextEncoder().encode(characters)]);
}
