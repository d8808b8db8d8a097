import { type Code, sequence, unsigned } from "./instructions.ts";

/** Types of values, by the byte that stands for each. */
const VALUE_TYPES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof VALUE_TYPES;

/** A memory that the module is given; its number is its place in the list. */
export interface ImportedMemory {
  readonly name: string;
  /** At least so many, see {@linkcode PAGE_BYTES}. */
  readonly pagesMin: number;
  /** Present for shared memory, which has to say it. */
  readonly sharedPagesMax?: number;
}

/** A function. Parameters are its first locals. */
export interface ModuleFunction {
  /** The type of what it answers; nothing when left out. */
  readonly result?: ValueType;
  readonly parameters: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** A function that the module offers. Its number, for calls, is its place in the list. */
export interface ExportedFunction extends ModuleFunction {
  readonly name: string;
}

/** The module that every memory is imported from. */
export const IMPORT_MODULE = "dml";

/** Memory comes in pages. */
export const PAGE_BYTES = 65_536;

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** The numbers of the sections that dml reads or writes. */
export const SECTION = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;
/** What is imported or exported. */
export const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
const END = 0x0b;

/**
 * The bytes of a module of `functions` over `memories`: a sequence of sections, each its number, its length and a list.
 *
 * Nobody asks whether the host can run vector instructions: where it cannot, neither does the inference engine, which is built of them.
 */
export function encodeModule(
  { memories, functions }: { memories: readonly ImportedMemory[]; functions: readonly ExportedFunction[] },
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sequence(
    MAGIC_AND_VERSION,
    section(SECTION.types, functions.map(functionType)),
    section(
      SECTION.imports,
      memories.map((memory) => [
        ...text(IMPORT_MODULE),
        ...text(memory.name),
        KIND.memory,
        ...limits(memory),
      ]),
    ),
    section(SECTION.functions, functions.map((_, index) => unsigned(index))),
    section(
      SECTION.exports,
      functions.map(({ name }, index) => [
        ...text(name),
        KIND.function,
        ...unsigned(index),
      ]),
    ),
    section(
      SECTION.code,
      functions.map(functionBody),
    ),
  ));
}

/** Locals and code of a function, behind their length. */
export function functionBody({ locals, body }: ModuleFunction): Code {
  const declared = list(locals.map((type) => [1, ...valueType(type)]));
  return sequence(unsigned(declared.length + body.length + 1), declared, body, [END]);
}

/** What a function takes and answers. */
export function functionType({ parameters, result }: ModuleFunction): Code {
  return [0x60, ...list(parameters.map(valueType)), ...list(result === undefined ? [] : [valueType(result)])];
}

function limits({ pagesMin, sharedPagesMax }: ImportedMemory): Code {
  if (sharedPagesMax === undefined) return [0, ...unsigned(pagesMin)];
  return [3, ...unsigned(pagesMin), ...unsigned(sharedPagesMax)];
}

function section(number: number, items: readonly Code[]): Code {
  const content = list(items);
  return sequence([number], unsigned(content.length), content);
}

function list(items: readonly Code[]): Code {
  return sequence(unsigned(items.length), ...items);
}

function text(characters: string): Code {
  const bytes = new TextEncoder().encode(characters);
  return [...unsigned(bytes.length), ...bytes];
}

function valueType(type: ValueType): Code {
  return [VALUE_TYPES[type]];
}
