import { invariant } from "../../protocol/kernel/invariant.ts";
import { type Code, unsigned } from "./instructions.ts";
import { functionBody, functionType, KIND, type ModuleFunction, SECTION } from "./module.ts";

/** What takes the place of a function. */
export interface Replacement {
  /** Of the same type as what it replaces. */
  readonly function: ModuleFunction;
  /** Functions that it calls. */
  readonly helpers: readonly ModuleFunction[];
}

/** The numbers of what a replacement may call besides the functions of the module. */
export interface ReplacementNumbers {
  /** The function that is replaced, as it was. */
  readonly original: number;
  /** The first of the helpers; the others follow. */
  readonly helpers: number;
}

type Piece = Code | Uint8Array;

const MAGIC_AND_VERSION_BYTES = 8;
/** A section that is not there. */
const NO_ITEMS = Uint8Array.of(0);

/**
 * A valid module that somebody else compiled, as far as it takes to put another function in the place of one of its own
 * (WebAssembly 3.0, chapter "Binary Format").
 */
export class CompiledModule {
  readonly #bytes: Uint8Array;
  readonly #sections: readonly { readonly number: number; readonly content: Uint8Array }[];
  readonly #importedFunctions: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const reader = new Reader(bytes.subarray(MAGIC_AND_VERSION_BYTES));
    const sections = [];
    while (!reader.isAtEnd) sections.push({ number: reader.byte(), content: reader.counted() });
    this.#sections = sections;
    this.#importedFunctions = importedFunctions(this.#list(SECTION.imports));
  }

  /** The length of the body of a function, its locals and its code; undefined when the module imports it or does not have it. */
  functionBytes(number: number): Uint8Array | undefined {
    return this.#list(SECTION.code).item(number - this.#importedFunctions, (reader) => reader.skipCounted());
  }

  /** The bytes of the module with another function under that number: whoever called the one now calls the other. */
  replace(number: number, replacement: (numbers: ReplacementNumbers) => Replacement): Uint8Array<ArrayBuffer> {
    const original = this.functionBytes(number);
    invariant(original !== undefined, "only a function of the module can be replaced");
    const [types, functions, code] = [SECTION.types, SECTION.functions, SECTION.code].map((name) => this.#list(name));
    const end = this.#importedFunctions + functions.count;
    const { function: replacing, helpers } = replacement({ original: end, helpers: end + 1 });
    const type = functions.item(number - this.#importedFunctions, (reader) => reader.unsigned());
    invariant(type !== undefined, "every function has a type");
    const start = original.byteOffset - code.items.byteOffset;
    const changed = new Map<number, readonly Piece[]>([
      [SECTION.types, types.with(helpers.map(functionType))],
      [SECTION.functions, functions.with([type, ...helpers.map((_, index) => unsigned(types.count + index))])],
      [
        SECTION.code,
        code.with([original, ...helpers.map(functionBody)], [
          code.items.subarray(0, start),
          functionBody(replacing),
          code.items.subarray(start + original.length),
        ]),
      ],
    ]);
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

/** The content of a section: items behind their count. */
class List {
  readonly count: number;
  readonly items: Uint8Array;

  constructor(content: Uint8Array) {
    const reader = new Reader(content);
    this.count = reader.unsigned();
    this.items = content.subarray(reader.at);
  }

  /** The bytes of one item, of such as `skip` passes over. */
  item(index: number, skip: (reader: Reader) => void): Uint8Array | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const reader = new Reader(this.items);
    for (let passed = 0; passed < index; passed++) skip(reader);
    const start = reader.at;
    skip(reader);
    return this.items.subarray(start, reader.at);
  }

  /** The content with more items at the end, and other bytes in the place of those that it has. */
  with(added: readonly Piece[], items: readonly Piece[] = [this.items]): readonly Piece[] {
    return [unsigned(this.count + added.length), ...items, ...added];
  }
}

function importedFunctions({ count, items }: List): number {
  const reader = new Reader(items);
  let functions = 0;
  for (let index = 0; index < count; index++) {
    if (reader.importedKind() === KIND.function) functions++;
  }
  return functions;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#at++];
  }

  /** A number in LEB128; one of 64 bits is passed over, but not told. */
  unsigned(): number {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return value >>> 0;
  }

  /** Bytes behind their count. */
  counted(): Uint8Array {
    const length = this.unsigned();
    return this.#bytes.subarray(this.#at, this.#at += length);
  }

  skipCounted(): void {
    const length = this.unsigned();
    this.#at += length;
  }

  /** One import: the module and the name that it comes from, what it is, and of which type. */
  importedKind(): number {
    this.skipCounted();
    this.skipCounted();
    const kind = this.byte();
    switch (kind) {
      case KIND.function:
        this.unsigned();
        break;
      case KIND.table:
        this.byte();
        this.#limits();
        break;
      case KIND.memory:
        this.#limits();
        break;
      default:
        // A global: its type and whether it changes; a tag: a zero and its type.
        this.byte();
        this.unsigned();
    }
    return kind;
  }

  #limits(): void {
    const hasMaximum = (this.byte() & 1) === 1;
    this.unsigned();
    if (hasMaximum) this.unsigned();
  }
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
