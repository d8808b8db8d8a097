import { Frame, type Variable } from "../../../wasm/frame.ts";
import { type Code, control, i16x8, i32, sequence, v128 } from "../../../wasm/instructions.ts";
import type { ExportedFunction } from "../../../wasm/module.ts";
import { BLOCK_SIZE } from "../block.ts";
import { CODE_MAX } from "../huffman_table.ts";
import { AC_SIZE_MAX, END_OF_BLOCK, SIXTEEN_ZEROS, SIZE_BITS } from "../symbols.ts";
import { BitStream } from "./bit_stream.ts";
import { LONG_CODE_MIN } from "./huffman_lookup.ts";
import { SUM_MAX } from "./inverse_dct.ts";
import { BLOCK_AT, BLOCK_ENTRY, BLOCK_ENTRY_BYTES, BLOCKS_AT, HUFFMAN, LOOKUP_BITS } from "./memory_map.ts";
import { OFFSET_MASK } from "./quantisation_table.ts";

/** What `decode` answers: go on, or leave the picture to somebody else. */
export const DECODED = 0;
const GIVEN_UP = 1;
const giveUp = control.return(i32.constant(GIVEN_UP));

/** A code and its value, at most: what has to be loaded before each. */
const CODE_AND_VALUE_BITS = CODE_MAX + AC_SIZE_MAX;

/** The variables of the function. */
class Variables {
  readonly frame = new Frame();
  /** MCUs to decode. */
  readonly mcus = this.frame.parameter("i32");
  readonly blocksEnd = this.frame.parameter("i32");
  readonly stream = new BitStream(this.frame);
  /** Address of the block's entry, of its tables, of a table of codes. */
  readonly block = this.frame.local("i32");
  readonly quantisation = this.frame.local("i32");
  readonly codes = this.frame.local("i32");
  /** An entry of a table; what a code stands for; the coefficient. */
  readonly entry = this.frame.local("i32");
  readonly symbol = this.frame.local("i32");
  readonly value = this.frame.local("i32");
  readonly dc = this.frame.local("i32");
  /** Which coefficient it is, in the order of the file. */
  readonly index = this.frame.local("i32");
  /** For the inverse DCT. */
  readonly seen = this.frame.local("i32");
  readonly sum = this.frame.local("i32");
}

/**
 * `decode(mcus, blocksEnd)`: so many MCUs of the scan to samples (T.81, F.2.2); `blocksEnd` is the end of the list of an MCU's blocks.
 * It gives up when something is not as it has to be. The number of the function `transform` is `transformNumber`.
 */
export function decodeFunction({ transformNumber }: { transformNumber: number }): ExportedFunction {
  const variables = new Variables();
  const { frame, stream, mcus, block, blocksEnd } = variables;
  const body = sequence(
    stream.open(),
    control.loop(
      sequence(
        block.set(i32.constant(BLOCKS_AT)),
        control.loop(
          decodeBlock(variables, transformNumber),
          i32.isLessUnsigned(block.tee(i32.add(block.get, i32.constant(BLOCK_ENTRY_BYTES))), blocksEnd.get),
        ),
        control.if(stream.isOverdrawn(), giveUp),
      ),
      mcus.tee(i32.subtract(mcus.get, i32.constant(1))),
    ),
    stream.close(),
    i32.constant(DECODED),
  );
  return { name: "decode", result: "i32", parameters: frame.parameters, locals: frame.locals, body };
}

function decodeBlock(variables: Variables, transformNumber: number): Code {
  const { stream, block, quantisation, codes, dc, index, seen, sum, value } = variables;
  const field = (name: keyof typeof BLOCK_ENTRY) => i32.load({ memory: 0, offset: BLOCK_ENTRY[name] }, block.get);
  return sequence(
    quantisation.set(field("quantisation")),
    stream.refill(),
    codes.set(field("dcTable")),
    decodeDc(variables, field("predictor")),
    sum.set(absolute(dc)),
    codes.set(field("acTable")),
    index.set(i32.constant(0)),
    seen.set(i32.constant(0)),
    control.block(control.repeat(decodeAc(variables))),
    control.if(i32.isGreaterUnsigned(sum.get, i32.constant(SUM_MAX)), giveUp),
    value.set(field("target")),
    control.if(
      control.call(transformNumber, dc.get, value.get, field("stride"), seen.get, sum.get),
      giveUp,
    ),
    i32.store(
      { memory: 0, offset: BLOCK_ENTRY.target },
      block.get,
      i32.add(value.get, field("advance")),
    ),
  );
}

/** A DC coefficient is stored as what it differs from the last one of its component (T.81, F.2.2.1). */
function decodeDc(variables: Variables, predictor: Code): Code {
  const { entry, value, symbol, stream, quantisation, dc } = variables;
  return sequence(
    lookUp(variables),
    control.ifElse(
      value.get,
      stream.skip(i32.and(entry.get, i32.constant(0x1f))),
      sequence(readSymbol(variables), readValue(variables, symbol.get)),
    ),
    value.set(i32.add(value.get, i32.load({ memory: 0, offset: 0 }, predictor))),
    i32.store({ memory: 0, offset: 0 }, predictor, value.get),
    entry.set(i32.load({ memory: 0, offset: 0 }, quantisation.get)),
    dc.set(i32.multiply(value.get, stepOf(entry))),
  );
}

/** One AC coefficient and the zeros before it (T.81, F.2.2.2), inside a loop inside a block that ends the coefficients. */
function decodeAc(variables: Variables): Code {
  const { entry, value, symbol, stream, quantisation, index, seen, sum } = variables;
  const size = i32.and(symbol.get, i32.constant((1 << SIZE_BITS) - 1));
  const run = i32.shiftRightUnsigned(symbol.get, i32.constant(SIZE_BITS));
  const isNotLast = i32.isLessUnsigned(index.get, i32.constant(BLOCK_SIZE - 1));
  const advance = (count: Code) => index.set(i32.add(index.get, count));
  return sequence(
    stream.refillBelow(CODE_AND_VALUE_BITS),
    lookUp(variables),
    control.ifElse(
      value.get,
      sequence(
        advance(i32.and(i32.shiftRightUnsigned(entry.get, i32.constant(8)), i32.constant(0x1f))),
        stream.skip(i32.and(entry.get, i32.constant(0x1f))),
      ),
      sequence(
        readSymbol(variables),
        control.branchIf(2, i32.isEqual(symbol.get, i32.constant(END_OF_BLOCK))),
        control.if(
          i32.isEqual(symbol.get, i32.constant(SIXTEEN_ZEROS)),
          sequence(
            advance(i32.constant(16)),
            control.branchIf(2, isNotLast),
            control.branch(3),
          ),
        ),
        // Of no size or too large: the difference is then beyond all sizes, as unsigned numbers go.
        control.if(
          i32.isGreaterUnsigned(i32.subtract(size, i32.constant(1)), i32.constant(AC_SIZE_MAX - 1)),
          giveUp,
        ),
        advance(i32.add(run, i32.constant(1))),
        readValue(variables, size),
      ),
    ),
    // The index is 62 + 16 at most; the table goes on as far.
    entry.set(i32.load({ memory: 0, offset: 0 }, i32.add(quantisation.get, timesFour(index.get)))),
    value.set(i32.multiply(value.get, stepOf(entry))),
    i32.store16({ memory: 0, offset: BLOCK_AT }, i32.and(entry.get, i32.constant(OFFSET_MASK)), value.get),
    seen.set(i32.or(seen.get, entry.get)),
    sum.set(i32.add(sum.get, absolute(value))),
    control.branchIf(0, isNotLast),
  );
}

/** Looks at the next bits: `entry`, and `value` if that holds one, else 0. */
function lookUp({ stream, codes, entry, value }: Variables): Code {
  const place = i32.add(codes.get, timesFour(stream.peek(LOOKUP_BITS)));
  return sequence(
    entry.set(i32.load({ memory: 0, offset: HUFFMAN.lookup }, place)),
    value.set(i32.shiftRightSigned(entry.get, i32.constant(16))),
  );
}

/**
 * Takes the next code: `symbol`. It is in `entry`, or longer than the lookup: then the next 16 bits are not below the ends of all
 * shorter codes, and below that of its own length.
 */
function readSymbol({ stream, codes, entry, symbol, value }: Variables): Code {
  const ends = v128.load({ memory: 0, offset: HUFFMAN.limits }, codes.get);
  const isShorter = i16x8.isAtLeastUnsigned(i16x8.splat(stream.peek(CODE_MAX)), ends);
  const lengths = CODE_MAX - LONG_CODE_MIN + 1;
  const code = i32.shiftRightUnsigned(stream.peek(CODE_MAX), i32.subtract(i32.constant(lengths - 1), value.get));
  const offset = i32.load({ memory: 0, offset: HUFFMAN.offsets }, i32.add(codes.get, timesFour(value.get)));
  const number = i32.and(i32.add(code, offset), i32.constant(0xff));
  return control.ifElse(
    entry.get,
    sequence(
      symbol.set(i32.shiftRightUnsigned(entry.get, i32.constant(8))),
      stream.skip(i32.and(entry.get, i32.constant(0x1f))),
    ),
    sequence(
      value.set(i32.populationCount(i16x8.bitmask(isShorter))),
      control.if(i32.isEqual(value.get, i32.constant(lengths)), giveUp),
      symbol.set(i32.load8Unsigned({ memory: 0, offset: HUFFMAN.symbols }, i32.add(codes.get, number))),
      stream.skip(i32.add(value.get, i32.constant(LONG_CODE_MIN))),
    ),
  );
}

/** Takes `size` more bits: `value`. What begins with 0 is negative (T.81, F.2.2.1, "EXTEND"). */
function readValue({ stream, value }: Variables, size: Code): Code {
  const ones = i32.subtract(i32.shiftLeft(i32.constant(1), size), i32.constant(1));
  const isNegative = i32.xor(stream.peekSpread(), i32.constant(-1));
  return sequence(
    value.set(i32.subtract(stream.peekSome(size), i32.and(ones, isNegative))),
    stream.skip(size),
  );
}

function stepOf(entry: Variable): Code {
  return i32.shiftRightSigned(entry.get, i32.constant(16));
}

function absolute(value: Variable): Code {
  const sign = i32.shiftRightSigned(value.get, i32.constant(31));
  return i32.subtract(i32.xor(value.get, sign), sign);
}

function timesFour(value: Code): Code {
  return i32.shiftLeft(value, i32.constant(2));
}
