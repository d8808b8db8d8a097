import { invariant } from "../../../protocol/kernel/invariant.ts";
import { ByteReader, unsigned } from "./byte_reader.ts";
import { relocatedBody } from "./relocated_code.ts";

type Piece = readonly number[] | Uint8Array;

/** A replacement for a function of a module. */
export interface Replacement {
  /**
   * Module whose functions refer only to each other, to imported functions and to the one memory.
   */
  readonly kernel: CompiledModule;
  /** Name under which the module exports the replacing function. */
  readonly name: string;
  /**
   * Functions that the module imports, by name: the number of each in the patched module, or
   * `"replaced"` for the function that is replaced.
   */
  readonly imports: Readonly<Record<string, number | "replaced">>;
}

const MAGIC_AND_VERSION_BYTES = 8;
/** Ids of the sections that are read. */
const SECTION = { custom: 0, types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;
/** Kinds of imports and exports. */
const KIND = { function: 0, table: 1, memory: 2 } as const;
/** Content used for a section that is missing. */
const NO_ITEMS = Uint8Array.of(0);

/**
 * A valid compiled module, parsed only as far as is needed to replace one of its functions by a
 * function of another module (WebAssembly 3.0, chapter "Binary Format").
 */
export class CompiledModule {
  readonly #bytes: Uint8Array;
  readonly #sections: readonly { readonly number: number; readonly content: Uint8Array }[];
  /** Names of the imported functions, which have the lowest numbers of the module. */
  readonly #importedFunctions: readonly string[];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const reader = new ByteReader(bytes.subarray(MAGIC_AND_VERSION_BYTES));
    const sections = [];
    while (!reader.isAtEnd) sections.push({ number: reader.byte(), content: reader.counted() });
    this.#sections = sections;
    this.#importedFunctions = importedFunctions(this.#list(SECTION.imports));
  }

  /**
   * Returns the body of a function without its length; `undefined` if the function is imported or
   * does not exist.
   */
  functionBytes(number: number): Uint8Array | undefined {
    const index = number - this.#importedFunctions.length;
    return this.#list(SECTION.code).item(index, (reader) => reader.skipCounted());
  }

  /**
   * Returns the bytes of the module with function `number` replaced: all callers of that number
   * then call the new function. The original function and the helpers of the kernel are appended
   * under new numbers.
   */
  replace(number: number, { kernel, name, imports }: Replacement): Uint8Array<ArrayBuffer> {
    const original = this.functionBytes(number);
    invariant(original !== undefined, "only a function of the module can be replaced");
    kernel.#assertPlain();
    const code = this.#list(SECTION.code);
    const types = this.#list(SECTION.types);
    const end = this.#importedFunctions.length + code.count;
    const main = kernel.#exportedFunction(name);
    const helpers = kernel.#functionNumbers().filter((helper) => helper !== main);
    const numberHere = (called: number): number => {
      if (called === main) return number;
      if (called >= kernel.#importedFunctions.length) return end + 1 + helpers.indexOf(called);
      const linked = imports[kernel.#importedFunctions[called]];
      invariant(linked !== undefined, "whatever the kernel imports is known");
      return linked === "replaced" ? end : linked;
    };
    const body = (of: number) => relocatedBody(kernel.#bodyOf(of), numberHere);
    const start = original.byteOffset - code.items.byteOffset;
    return this.#withSections(
      new Map([
        [
          SECTION.types,
          types.with(kernel.#list(SECTION.types).count, [types.items, kernel.#list(SECTION.types).items]),
        ],
        [
          SECTION.functions,
          this.#functionsWith([
            this.#typeOf(number),
            ...helpers.map((helper) => types.count + kernel.#typeOf(helper)),
          ]),
        ],
        [
          SECTION.code,
          code.with(1 + helpers.length, [
            code.items.subarray(0, start),
            body(main),
            code.items.subarray(start + original.length),
            original,
            ...helpers.map(body),
          ]),
        ],
      ]),
    );
  }

  /**
   * Throws if the module has sections that its functions could refer to, except functions and an
   * imported memory.
   */
  #assertPlain(): void {
    const known: readonly number[] = Object.values(SECTION);
    invariant(this.#sections.every(({ number }) => known.includes(number)), "a kernel has nothing but functions");
  }

  #functionNumbers(): number[] {
    const first = this.#importedFunctions.length;
    return Array.from({ length: this.#list(SECTION.functions).count }, (_, index) => first + index);
  }

  #bodyOf(number: number): Uint8Array {
    const body = this.functionBytes(number);
    invariant(body !== undefined, "every function of the module has a body");
    return body;
  }

  #typeOf(number: number): number {
    const functions = new ByteReader(this.#list(SECTION.functions).items);
    for (let left = number - this.#importedFunctions.length; left > 0; left--) functions.unsigned();
    return functions.unsigned();
  }

  #functionsWith(types: readonly number[]): readonly Piece[] {
    const functions = this.#list(SECTION.functions);
    return functions.with(types.length, [functions.items, ...types.map(unsigned)]);
  }

  #exportedFunction(name: string): number {
    const { count, items } = this.#list(SECTION.exports);
    const reader = new ByteReader(items);
    for (let left = count; left > 0; left--) {
      const [exported, kind, number] = [reader.text(), reader.byte(), reader.unsigned()];
      if (exported === name && kind === KIND.function) return number;
    }
    invariant(false, "the kernel exports the function");
  }

  #withSections(changed: ReadonlyMap<number, readonly Piece[]>): Uint8Array<ArrayBuffer> {
    const sections = this.#sections.flatMap(({ number, content }) => {
      const pieces = changed.get(number) ?? [content];
      return [[number], unsigned(lengthOf(pieces)), ...pieces];
    });
    return joined([this.#bytes.subarray(0, MAGIC_AND_VERSION_BYTES), ...sections]);
  }

  #list(number: number): List {
    return new List(this.#sections.find((section) => section.number === number)?.content ?? NO_ITEMS);
  }
}

/** The content of a section: a count, followed by as many items. */
class List {
  readonly count: number;
  readonly items: Uint8Array;

  constructor(content: Uint8Array) {
    const reader = new ByteReader(content);
    this.count = reader.unsigned();
    this.items = content.subarray(reader.at);
  }

  /**
   * Returns the bytes of one item; `skip` reads past an item. Returns `undefined` if there is no
   * such item.
   */
  item(index: number, skip: (reader: ByteReader) => void): Uint8Array | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const reader = new ByteReader(this.items);
    for (let passed = 0; passed < index; passed++) skip(reader);
    const start = reader.at;
    skip(reader);
    return this.items.subarray(start, reader.at);
  }

  /** Returns the content with `pieces` as items, of which `added` are new. */
  with(added: number, pieces: readonly Piece[]): readonly Piece[] {
    return [unsigned(this.count + added), ...pieces];
  }
}

function importedFunctions({ count, items }: List): string[] {
  const reader = new ByteReader(items);
  const names = [];
  for (let left = count; left > 0; left--) {
    reader.skipCounted(); // the module that it comes from
    const name = reader.text();
    if (skipImportedType(reader) === KIND.function) names.push(name);
  }
  return names;
}

/** Skips the type of an import and returns its kind. */
function skipImportedType(reader: ByteReader): number {
  const kind = reader.byte();
  switch (kind) {
    case KIND.function:
      reader.unsigned();
      break;
    case KIND.table:
      reader.byte();
      skipLimits(reader);
      break;
    case KIND.memory:
      skipLimits(reader);
      break;
    default:
      // A global: its type and whether it changes; a tag: a zero and its type.
      reader.byte();
      reader.unsigned();
  }
  return kind;
}

function skipLimits(reader: ByteReader): void {
  const hasMaximum = (reader.byte() & 1) === 1;
  reader.unsigned();
  if (hasMaximum) reader.unsigned();
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((total, { length }) => total + length, 0);
}

function joined(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
