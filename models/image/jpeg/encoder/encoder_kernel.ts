import { ConstantPool } from "../../../wasm/constant_pool.ts";
import { Frame } from "../../../wasm/frame.ts";
import { type Code, control, i32, i64, sequence, v128, VECTOR_BYTES } from "../../../wasm/instructions.ts";
import { encodeModule, type ExportedFunction } from "../../../wasm/module.ts";
import { closeWriter, openWriter, write, writerIn } from "./bit_writer.ts";
import { convertFunction } from "./block_conversion.ts";
import { transformFunction } from "./block_transform.ts";
import { stuffFunction } from "./byte_stuffing.ts";
import type { TransformKind } from "./divisors.ts";
import { codeFunction, emptyBlockCode } from "./entropy_coding.ts";
import { AC_LUMINANCE, DC_LUMINANCE } from "./huffman_codes.ts";
import {
  BLOCK_BYTES,
  CB_AT,
  CODES_AT,
  CONSTANTS_AT,
  CONSTANTS_END,
  CR_AT,
  DIVISIONS_AT,
  LEFT_AT,
  MCU_SIDE,
  PAGES,
  PIXELS_AT,
  PREDICTORS_AT,
  RIGHT_AT,
  WORDS_AT,
  WORDS_END_AT,
} from "./memory_map.ts";

/** What the module offers. Its memory is laid out as in memory_map.ts. */
export interface EncoderKernel {
  /**
   * Encodes the MCUs of a tile whose pixels are in memory. Of 16 rows the first `2 x pairCount` count; of the last MCU only the left
   * half if `endsHalf` is 1. Answers how many bytes of the file it made.
   */
  encode(mcuCount: number, pairCount: number, endsHalf: number): number;
  /** The bytes that are left when there are no more tiles. */
  finish(): number;
}

/** The memory that the module imports. */
export const MEMORY_NAME = "memory";

/** Where each function is in the list below: calls name them by number. */
const FUNCTION = { convert: 0, transform: 1, code: 2, stuff: 3 };
const memory = 0;
const origin = i32.constant(0);

/** The module that encodes pictures by one transform, and the vectors that its memory has to hold at the address for constants. */
export function encoderKernelModule(
  kind: TransformKind,
): { bytes: Uint8Array<ArrayBuffer>; constants: Uint8Array<ArrayBuffer> } {
  const pool = new ConstantPool({ start: CONSTANTS_AT, end: CONSTANTS_END });
  const functions = [
    convertFunction(pool),
    transformFunction(kind, pool),
    codeFunction(),
    stuffFunction(pool),
    encodeFunction(),
    finishFunction(),
  ];
  const bytes = encodeModule({ memories: [{ name: MEMORY_NAME, pagesMin: PAGES }], functions });
  return { bytes, constants: pool.bytes };
}

const FRAME = new Frame();
const MCU_COUNT = FRAME.parameter("i32");
const PAIR_COUNT = FRAME.parameter("i32");
const ENDS_HALF = FRAME.parameter("i32");
const [MCU, IS_HALF, STUFFED] = FRAME.localList("i32", 3);
const NONZERO = FRAME.local("i64");
const WRITER = writerIn(FRAME);

/** The blocks of luminance, row by row, as they are coded (T.81, A.2.3). Of the last rows and columns of a picture some lie outside. */
function encodeFunction(): ExportedFunction {
  const pixels = i32.add(i32.constant(PIXELS_AT), i32.multiply(MCU.get, i32.constant(MCU_SIDE * 3)));
  const isLast = i32.isEqual(i32.add(MCU.get, i32.constant(1)), MCU_COUNT.get);
  const rowOfBlocks = (left: number, right: number) =>
    sequence(
      encodeBlock(left, 0),
      control.ifElse(IS_HALF.get, emptyBlocks(1), encodeBlock(right, 0)),
    );
  const body = sequence(
    control.loop(
      sequence(
        control.call(FUNCTION.convert, pixels, PAIR_COUNT.get),
        IS_HALF.set(i32.and(ENDS_HALF.get, isLast)),
        rowOfBlocks(LEFT_AT, RIGHT_AT),
        control.ifElse(
          i32.isGreaterUnsigned(PAIR_COUNT.get, i32.constant(MCU_SIDE / 4)),
          rowOfBlocks(LEFT_AT + BLOCK_BYTES, RIGHT_AT + BLOCK_BYTES),
          emptyBlocks(2),
        ),
        encodeBlock(CB_AT, 1),
        encodeBlock(CR_AT, 2),
        MCU.set(i32.add(MCU.get, i32.constant(1))),
      ),
      i32.isLessUnsigned(MCU.get, MCU_COUNT.get),
    ),
    stuffWholeVectors(),
  );
  return { name: "encode", parameters: FRAME.parameters, result: "i32", locals: FRAME.locals, body };
}

function encodeBlock(block: number, component: 0 | 1 | 2): Code {
  const table = component === 0 ? 0 : 1;
  const division = i32.constant(DIVISIONS_AT[table]);
  return sequence(
    NONZERO.set(control.call(FUNCTION.transform, i32.constant(block), division)),
    control.call(
      FUNCTION.code,
      i32.constant(block),
      i32.constant(CODES_AT[table]),
      i32.constant(PREDICTORS_AT + component * Int32Array.BYTES_PER_ELEMENT),
      NONZERO.get,
    ),
  );
}

/** Blocks of luminance that lie outside of the picture: they look like the one before (jccoefct.c). */
function emptyBlocks(count: 1 | 2): Code {
  const { bits, length } = emptyBlockCode(DC_LUMINANCE, AC_LUMINANCE);
  const one = write({ bits: i32.constant(bits), length: i32.constant(length) }, WRITER);
  return sequence(openWriter(WRITER), ...new Array<Code>(count).fill(one), closeWriter(WRITER));
}

/** Makes bytes of the words in whole vectors, and moves what is left to the beginning. */
function stuffWholeVectors(): Code {
  const end = i32.load({ memory, offset: WORDS_END_AT }, origin);
  const whole = i32.and(i32.subtract(end, i32.constant(WORDS_AT)), i32.constant(-VECTOR_BYTES));
  return sequence(
    STUFFED.set(whole),
    control.call(FUNCTION.stuff, STUFFED.get),
    v128.store({ memory, offset: WORDS_AT }, origin, v128.load({ memory, offset: WORDS_AT }, STUFFED.get)),
    i32.store({ memory, offset: WORDS_END_AT }, origin, i32.subtract(end, STUFFED.get)),
  );
}

/** Fills the last byte with ones (T.81, F.1.2.3) and makes bytes of all that is left. */
function finishFunction(): ExportedFunction {
  const frame = new Frame();
  const writer = writerIn(frame);
  const { pending, pendingCount, wordsEnd } = writer;
  const missing = frame.local("i32");
  const ones = i32.subtract(i32.shiftLeft(i32.constant(1), missing.get), i32.constant(1));
  const fromTop = i64.extendI32Unsigned(i32.subtract(i32.constant(32), pendingCount.get));
  const wholeBytes = i32.shiftRightUnsigned(pendingCount.get, i32.constant(3));
  const body = sequence(
    openWriter(writer),
    missing.set(i32.and(i32.subtract(i32.constant(0), pendingCount.get), i32.constant(7))),
    write({ bits: ones, length: missing.get }, writer),
    i64.store32({ memory, offset: 0 }, wordsEnd.get, i64.shiftLeft(pending.get, fromTop)),
    control.call(FUNCTION.stuff, i32.add(i32.subtract(wordsEnd.get, i32.constant(WORDS_AT)), wholeBytes)),
  );
  return { name: "finish", parameters: [], result: "i32", locals: frame.locals, body };
}
