import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import { Frame, type Variable } from "../../../wasm/frame.ts";
import {
  type Code,
  control,
  i16x8,
  i32,
  i32x4,
  i8x16,
  sequence,
  v128,
  VECTOR_BYTES,
} from "../../../wasm/instructions.ts";
import type { ExportedFunction } from "../../../wasm/module.ts";
import { SAMPLE_CENTRE } from "../block.ts";
import { CB_AT, CR_AT, LEFT_AT, MCU_SIDE, RIGHT_AT, ROW_BYTES } from "./memory_map.ts";

const FRAME = new Frame();
const PIXELS = FRAME.parameter("i32");
const PAIR_COUNT = FRAME.parameter("i32");
/** Counts pairs of rows, in bytes of the one row of Cb, and of Cr, that comes of each. */
const PAIR = FRAME.local("i32");
const [RED_GREEN, BLUE_GREEN] = FRAME.localList("v128", 2);
const LUMINANCE = FRAME.localList("v128", 4);
const [CB, CR, CB_SUMS, CR_SUMS] = Array.from({ length: 4 }, () => FRAME.localList("v128", 2));
const CONSTANTS = FRAME.localList("v128", 10);

const BITS = 16;
const fixed = (factor: number) => Math.floor(factor * 2 ** BITS + 0.5);
const ONE_HALF = fixed(0.5);
/** Green's share of luminance does not fit in 16 bits with its sign: it is multiplied in two parts. */
const GREEN_PART = 2 ** (BITS - 2);
/** Samples are signed before they are transformed. Otherwise Cb and Cr would have 128 more than here. */
const LEVEL = SAMPLE_CENTRE * 2 ** BITS;
const PAIRS_MAX = MCU_SIDE / 2;

/**
 * `convert(pixels, pairCount)`: the sixteen pixels at an address, and those of the rows below, become the blocks of an MCU with the
 * weights and the rounding of libjpeg (jccolor.c; ITU-T T.871) and its means of four Cb and Cr (`h2v2_downsample` of jcsample.c). Only
 * `pairCount` pairs of rows are looked at. Below them the last row of the luminance and that of the means are repeated (jcprepct.c).
 */
export function convertFunction(pool: ConstantPool): ExportedFunction {
  const { hoisted, vectors } = hoistedConstants(pool);
  const body = sequence(
    hoisted,
    control.loop(
      sequence(
        ...[0, 1].map((half) => convertHalf(half, vectors)),
        storeMeans(CB_SUMS, CB_AT, pool),
        storeMeans(CR_SUMS, CR_AT, pool),
        PIXELS.set(i32.add(PIXELS.get, i32.constant(2 * ROW_BYTES))),
        PAIR.set(i32.add(PAIR.get, i32.constant(VECTOR_BYTES))),
      ),
      i32.isLessUnsigned(PAIR.get, i32.multiply(PAIR_COUNT.get, i32.constant(VECTOR_BYTES))),
    ),
    control.while(i32.isLessUnsigned(PAIR.get, i32.constant(PAIRS_MAX * VECTOR_BYTES)), repeatPair()),
  );
  return { name: "convert", parameters: FRAME.parameters, locals: FRAME.locals, body };
}

/** What every turn of the loop needs is put into locals before it. */
function hoistedConstants(pool: ConstantPool) {
  const fourPixels = (first: number, second: number) =>
    pool.i8x16([0, 3, 6, 9].flatMap((at) => [at + first, 255, at + second, 255]));
  const wanted = {
    /** R and G, or B and G, of four pixels as 16-bit numbers. */
    toRedGreen: fourPixels(0, 1),
    toBlueGreen: fourPixels(2, 1),
    luminanceOfRedGreen: pool.i16x8(fixed(0.299), fixed(0.587) - GREEN_PART),
    luminanceOfBlueGreen: pool.i16x8(fixed(0.114), GREEN_PART),
    cbOfRedGreen: pool.i16x8(-fixed(0.16874), -fixed(0.33126)),
    crOfBlueGreen: pool.i16x8(-fixed(0.08131), -fixed(0.41869)),
    /** A half does not fit, minus a half does. */
    minusHalf: pool.i16x8(-ONE_HALF, 0),
    luminanceRounding: pool.i32x4(ONE_HALF - LEVEL),
    chrominanceRounding: pool.i32x4(ONE_HALF - 1),
    ones: pool.i16x8(1),
  };
  const names = Object.keys(wanted) as (keyof typeof wanted)[];
  return {
    hoisted: sequence(...names.map((name, index) => CONSTANTS[index].set(wanted[name]))),
    vectors: Object.fromEntries(names.map((name, index) => [name, CONSTANTS[index].get])) as typeof wanted,
  };
}

type Vectors = ReturnType<typeof hoistedConstants>["vectors"];

/** Eight pixels of two rows: Y to its blocks, Cb and Cr as four sums of four each. */
function convertHalf(half: number, vectors: Vectors): Code {
  const [upper, lower] = [LUMINANCE.slice(0, 2), LUMINANCE.slice(2)];
  // PAIR counts bytes of one row, and luminance has two.
  const rows = i32.multiply(PAIR.get, i32.constant(2));
  const block = half === 0 ? LEFT_AT : RIGHT_AT;
  const store = (row: number, [first, second]: readonly Variable[]) =>
    v128.store(
      { memory: 0, offset: block + row * VECTOR_BYTES },
      rows,
      i16x8.narrowI32x4(first.get, second.get),
    );
  const sums = ([first, second]: readonly Variable[]) =>
    i32x4.dotI16x8(i16x8.narrowI32x4(first.get, second.get), vectors.ones);
  return sequence(
    ...[0, 1].map((quad) => {
      const offset = (2 * half + quad) * 4 * 3;
      return sequence(
        convertFour({ offset, luminance: upper[quad] }, vectors),
        CB[quad].set(cbOf(vectors)),
        CR[quad].set(crOf(vectors)),
        convertFour({ offset: offset + ROW_BYTES, luminance: lower[quad] }, vectors),
        CB[quad].set(i32x4.add(CB[quad].get, cbOf(vectors))),
        CR[quad].set(i32x4.add(CR[quad].get, crOf(vectors))),
      );
    }),
    store(0, upper),
    store(1, lower),
    CB_SUMS[half].set(sums(CB)),
    CR_SUMS[half].set(sums(CR)),
  );
}

/** Takes four pixels and computes their luminance. */
function convertFour({ offset, luminance }: { offset: number; luminance: Variable }, vectors: Vectors): Code {
  const sum = i32x4.add(
    i32x4.dotI16x8(RED_GREEN.get, vectors.luminanceOfRedGreen),
    i32x4.dotI16x8(BLUE_GREEN.get, vectors.luminanceOfBlueGreen),
  );
  return sequence(
    BLUE_GREEN.set(v128.load({ memory: 0, offset }, PIXELS.get)),
    RED_GREEN.set(i8x16.swizzle(BLUE_GREEN.get, vectors.toRedGreen)),
    BLUE_GREEN.set(i8x16.swizzle(BLUE_GREEN.get, vectors.toBlueGreen)),
    luminance.set(i32x4.shiftRightSigned(i32x4.add(sum, vectors.luminanceRounding), i32.constant(BITS))),
  );
}

/** Weights of two colours are negative, one is a half: its sum is negated, because a half does not fit. */
function chromaOf({ negative, minusPositive }: { negative: Code; minusPositive: Code }, vectors: Vectors): Code {
  return i32x4.shiftRightSigned(
    i32x4.add(i32x4.subtract(negative, minusPositive), vectors.chrominanceRounding),
    i32.constant(BITS),
  );
}

function cbOf(vectors: Vectors): Code {
  const negative = i32x4.dotI16x8(RED_GREEN.get, vectors.cbOfRedGreen);
  const minusPositive = i32x4.dotI16x8(BLUE_GREEN.get, vectors.minusHalf);
  return chromaOf({ negative, minusPositive }, vectors);
}

function crOf(vectors: Vectors): Code {
  const negative = i32x4.dotI16x8(BLUE_GREEN.get, vectors.crOfBlueGreen);
  const minusPositive = i32x4.dotI16x8(RED_GREEN.get, vectors.minusHalf);
  return chromaOf({ negative, minusPositive }, vectors);
}

/** Eight means of four: what is half way goes down and up in turns, so that colours do not drift. */
function storeMeans([first, second]: readonly Variable[], block: number, pool: ConstantPool): Code {
  const sums = i16x8.narrowI32x4(first.get, second.get);
  const means = i16x8.shiftRightSigned(i16x8.add(sums, pool.i16x8(1, 2)), i32.constant(2));
  return v128.store({ memory: 0, offset: block }, PAIR.get, means);
}

/** The row above once more: twice for Y, once for Cb and Cr. */
function repeatPair(): Code {
  const rows = i32.multiply(PAIR.get, i32.constant(2));
  const copy = (block: number, address: Code, rowsBelow: number) =>
    v128.store(
      { memory: 0, offset: block + rowsBelow * VECTOR_BYTES },
      address,
      v128.load({ memory: 0, offset: block - VECTOR_BYTES }, address),
    );
  return sequence(
    ...[LEFT_AT, RIGHT_AT].flatMap((block) => [copy(block, rows, 0), copy(block, rows, 1)]),
    ...[CB_AT, CR_AT].map((block) => copy(block, PAIR.get, 0)),
    PAIR.set(i32.add(PAIR.get, i32.constant(VECTOR_BYTES))),
  );
}
