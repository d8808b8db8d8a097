import { invariant } from "../../../protocol/kernel/invariant.ts";
import { ByteReader, unsigned } from "./byte_reader.ts";

const CALL = 0x10;
/** Type of a block without a result, and the lowest one-byte type. */
const EMPTY_BLOCK = 0x40;
const VALUE_TYPE_MIN = 0x6f;
/** Bit of an alignment that indicates that a memory number follows. */
const HAS_MEMORY_NUMBER = 0x40;

type Skip = (reader: ByteReader) => void;

const nothing: Skip = () => {};
const number: Skip = (reader) => void reader.unsigned();
const bytes = (count: number): Skip => (reader) => void reader.bytes(count);

const blockType: Skip = (reader) => {
  const type = reader.byte();
  invariant(type === EMPTY_BLOCK || type >= VALUE_TYPE_MIN && type < 0x80, "a block has a result at most");
};
const place: Skip = (reader) => {
  const alignment = reader.unsigned();
  invariant((alignment & HAS_MEMORY_NUMBER) === 0, "a kernel has one memory");
  reader.unsigned();
};

/**
 * Ranges of opcodes whose instructions have the same operands; `first` and `last` are inclusive.
 */
const INSTRUCTIONS: readonly (readonly [first: number, last: number, Skip])[] = [
  [0x00, 0x01, nothing], // unreachable, nop
  [0x02, 0x04, blockType], // block, loop, if
  [0x05, 0x05, nothing], // else
  [0x0b, 0x0b, nothing], // end
  [0x0c, 0x0d, number], // br, br_if
  [0x0f, 0x0f, nothing], // return
  [0x1a, 0x1b, nothing], // drop, select
  [0x20, 0x22, number], // local.get, local.set, local.tee
  [0x28, 0x3e, place], // loads and stores
  [0x41, 0x42, number], // i32.const, i64.const
  [0x43, 0x43, bytes(4)], // f32.const
  [0x44, 0x44, bytes(8)], // f64.const
  [0x45, 0xc4, nothing], // comparisons, arithmetic, conversions
];

/** Ranges of vector instructions, by the number that follows their prefix. */
const VECTOR_PREFIX = 0xfd;
const VECTOR_INSTRUCTIONS: readonly (readonly [first: number, last: number, Skip])[] = [
  [0, 11, place], // loads, v128.store
  [12, 13, bytes(16)], // v128.const, i8x16.shuffle
  [14, 20, nothing], // i8x16.swizzle, splats
  [21, 34, bytes(1)], // extracting and replacing a lane
  [35, 83, nothing], // comparisons, bitwise operations
  [84, 91, (reader) => (place(reader), reader.byte())], // loads and stores of a lane
  [92, 93, place], // loads of a lane, zeros elsewhere
  [94, 255, nothing], // arithmetic, conversions
];

/**
 * Returns the body of a function, without its length, with the numbers of the functions that it
 * calls replaced. Throws if the body refers to anything else of its module, or contains an unknown
 * instruction.
 */
export function relocatedBody(body: Uint8Array, functionNumber: (number: number) => number): Uint8Array {
  const content = new ByteReader(body).counted();
  const reader = new ByteReader(content);
  skipLocals(reader);
  const pieces: (Uint8Array | number[])[] = [];
  let copied = 0;
  while (!reader.isAtEnd) {
    const opcode = reader.byte();
    if (opcode === CALL) {
      pieces.push(content.subarray(copied, reader.at), unsigned(functionNumber(reader.unsigned())));
      copied = reader.at;
    } else if (opcode === VECTOR_PREFIX) skip(reader, reader.unsigned(), VECTOR_INSTRUCTIONS);
    else skip(reader, opcode, INSTRUCTIONS);
  }
  pieces.push(content.subarray(copied));
  return behindLength(pieces);
}

/** Skips the groups of local variables, each a count and a type. */
function skipLocals(reader: ByteReader): void {
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.unsigned();
    reader.byte();
  }
}

function skip(reader: ByteReader, opcode: number, instructions: typeof INSTRUCTIONS): void {
  const instruction = instructions.find(([first, last]) => opcode >= first && opcode <= last);
  invariant(instruction !== undefined, "a kernel has no instruction that is not known here");
  const [, , skipRest] = instruction;
  skipRest(reader);
}

function behindLength(pieces: readonly (Uint8Array | number[])[]): Uint8Array {
  const content = pieces.flatMap((piece) => [...piece]);
  return Uint8Array.from([...unsigned(content.length), ...content]);
}
