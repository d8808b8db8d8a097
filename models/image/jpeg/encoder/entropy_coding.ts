import { Frame } from "../../../wasm/frame.ts";
import { type Code, control, i32, i64, sequence } from "../../../wasm/instructions.ts";
import type { ExportedFunction } from "../../../wasm/module.ts";
import { BLOCK_SIZE } from "../block.ts";
import type { HuffmanTable } from "../huffman_table.ts";
import { END_OF_BLOCK, SIXTEEN_ZEROS, SIZE_BITS } from "../symbols.ts";
import { closeWriter, openWriter, write, writerIn } from "./bit_writer.ts";
import { type HuffmanCode, huffmanCodes } from "./huffman_codes.ts";
import { AC_CODES_OFFSET, CODE_BYTES, ZIGZAG_AT } from "./memory_map.ts";

const memory = 0;
/** Bits of an entry that say how long code and number are together. */
const LENGTH_BITS = 5;

/** A Huffman table as the kernel looks it up, by symbol: the code with room for the number behind it, and the length of both. */
export function codeEntries(table: HuffmanTable): Uint32Array {
  const entries = new Uint32Array(256);
  for (const [symbol, { bits, length }] of huffmanCodes(table)) {
    const size = symbol & (1 << SIZE_BITS) - 1;
    entries[symbol] = (bits << size) * (1 << LENGTH_BITS) + length + size;
  }
  return entries;
}

const FRAME = new Frame();
const BLOCK = FRAME.parameter("i32");
const CODES = FRAME.parameter("i32");
const PREDICTOR = FRAME.parameter("i32");
const NONZERO = FRAME.parameter("i64");
const [PLACE, RUN, NUMBER, SIZE, ENTRY] = FRAME.localList("i32", 5);
const WRITER = writerIn(FRAME);

/**
 * `code(block, codes, predictor, nonzero)`: writes a block of quantised coefficients (T.81, F.1.2), whose `nonzero` ones
 * {@link transformFunction} found. `predictor` is where the last DC coefficient of the component is.
 */
export function codeFunction(): ExportedFunction {
  const dc = i32.load16Signed({ memory, offset: 0 }, BLOCK.get);
  const body = sequence(
    openWriter(WRITER),
    NUMBER.set(i32.subtract(dc, i32.load({ memory, offset: 0 }, PREDICTOR.get))),
    i32.store({ memory, offset: 0 }, PREDICTOR.get, dc),
    writeNumber({ codesOffset: 0, run: i32.constant(0) }),
    // The bit of the DC coefficient goes.
    NONZERO.set(i64.and(NONZERO.get, i64.constant(-2))),
    PLACE.set(i32.constant(0)),
    control.while(i32.isZero(i64.isZero(NONZERO.get)), codeNext()),
    control.if(
      i32.isLessUnsigned(PLACE.get, i32.constant(BLOCK_SIZE - 1)),
      writeSymbol(END_OF_BLOCK),
    ),
    closeWriter(WRITER),
  );
  return { name: "code", parameters: FRAME.parameters, locals: FRAME.locals, body };
}

/** The next coefficient that is not 0. RUN is the number of zeros before it. */
function codeNext(): Code {
  const found = i32.wrapI64(i64.trailingZeros(NONZERO.get));
  const at = i32.load8Unsigned({ memory, offset: ZIGZAG_AT }, PLACE.get);
  const run = i32.subtract(i32.subtract(NUMBER.tee(found), PLACE.get), i32.constant(1));
  return sequence(
    RUN.set(run),
    PLACE.set(NUMBER.get),
    NONZERO.set(i64.and(NONZERO.get, i64.subtract(NONZERO.get, i64.constant(1)))),
    control.while(
      i32.isGreaterUnsigned(RUN.get, i32.constant(15)),
      sequence(
        writeSymbol(SIXTEEN_ZEROS),
        RUN.set(i32.subtract(RUN.get, i32.constant(16))),
      ),
    ),
    NUMBER.set(i32.load16Signed({ memory, offset: 0 }, i32.add(BLOCK.get, at))),
    writeNumber({ codesOffset: AC_CODES_OFFSET, run: RUN.get }),
  );
}

/** The code of the size of NUMBER after so many zeros, then the number in so many bits; a negative one less 1 (T.81, F.1.2.1). */
function writeNumber({ codesOffset, run }: { codesOffset: number; run: Code }): Code {
  const sign = i32.shiftRightSigned(NUMBER.get, i32.constant(31));
  const magnitude = i32.subtract(i32.xor(NUMBER.get, sign), sign);
  const symbol = i32.or(i32.shiftLeft(run, i32.constant(SIZE_BITS)), SIZE.get);
  const mask = i32.subtract(i32.shiftLeft(i32.constant(1), SIZE.get), i32.constant(1));
  const bits = i32.and(i32.add(NUMBER.get, sign), mask);
  return sequence(
    SIZE.set(i32.subtract(i32.constant(32), i32.leadingZeros(magnitude))),
    setEntry({ codesOffset, symbol }),
    write({
      bits: i32.or(i32.shiftRightUnsigned(ENTRY.get, i32.constant(LENGTH_BITS)), bits),
      length: i32.and(ENTRY.get, i32.constant((1 << LENGTH_BITS) - 1)),
    }, WRITER),
  );
}

/** A symbol of AC coefficients that no number follows. */
function writeSymbol(symbol: number): Code {
  return sequence(
    setEntry({ codesOffset: AC_CODES_OFFSET, symbol: i32.constant(symbol) }),
    write({
      bits: i32.shiftRightUnsigned(ENTRY.get, i32.constant(LENGTH_BITS)),
      length: i32.and(ENTRY.get, i32.constant((1 << LENGTH_BITS) - 1)),
    }, WRITER),
  );
}

function setEntry({ codesOffset, symbol }: { codesOffset: number; symbol: Code }): Code {
  const address = i32.add(CODES.get, i32.multiply(symbol, i32.constant(CODE_BYTES)));
  return ENTRY.set(i32.load({ memory, offset: codesOffset }, address));
}

/** What a block of luminance takes that lies outside of the picture: no difference from the one before, and no more but zeros. */
export function emptyBlockCode(dc: HuffmanTable, ac: HuffmanTable): HuffmanCode {
  const [first, second] = [huffmanCodes(dc).get(0)!, huffmanCodes(ac).get(END_OF_BLOCK)!];
  return { bits: first.bits << second.length | second.bits, length: first.length + second.length };
}
