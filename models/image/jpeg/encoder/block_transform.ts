import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import { Frame, type Variable } from "../../../wasm/frame.ts";
import { type Code, i16x8, i32, i64, i8x16, sequence, v128, VECTOR_BYTES } from "../../../wasm/instructions.ts";
import type { ExportedFunction } from "../../../wasm/module.ts";
import { BLOCK_SIDE, ZIGZAG } from "../block.ts";
import { accuratePass } from "./accurate_dct.ts";
import type { TransformKind } from "./divisors.ts";
import { fastPass } from "./fast_dct.ts";
import { DIVISORS_OFFSET, FACTORS_OFFSET, REMAINDERS_OFFSET } from "./memory_map.ts";
import { type Rows, transpose } from "./transpose.ts";

/**
 * `transform(block, division)`: samples of a block become its quantised coefficients, in place. Answers which of them are not
 * 0, a bit each in the order of coding, the first the lowest.
 */
export function transformFunction(kind: TransformKind, pool: ConstantPool): ExportedFunction {
  const frame = new Frame();
  const block = frame.parameter("i32");
  const division = frame.parameter("i32");
  const [rows, columns] = [0, 1].map(() => frame.localList("v128", BLOCK_SIDE));
  const pass = kind === "fast" ? fastPass : accuratePass;
  const places = { from: columns, to: rows };
  const body = sequence(
    ...rows.map((row, index) => row.set(v128.load(vectorAt(index), block.get))),
    // Rows first and columns second, because libjpeg does and every step rounds.
    transpose(rows, columns),
    pass({ ...places, isFirst: true }, { frame, pool }),
    transpose(rows, columns),
    pass({ ...places, isFirst: false }, { frame, pool }),
    ...rows.map((row, index) =>
      sequence(
        quantise(row, { index, division, frame }),
        v128.store(vectorAt(index), block.get, row.get),
      )
    ),
    whichAreNotZero(rows, { frame, pool }),
  );
  return { name: "transform", parameters: frame.parameters, result: "i64", locals: frame.locals, body };
}

function vectorAt(index: number, offset = 0) {
  return { memory: 0, offset: offset + index * VECTOR_BYTES };
}

/**
 * Divides one row and rounds, halves away from zero (`quantize` of jcdctmgr.c). For a number of 15 bits the product with the
 * factor, rounded, is the quotient or one less: the remainder tells.
 */
function quantise(
  row: Variable,
  { index, division, frame }: { index: number; division: Variable; frame: Frame },
): Code {
  const [sign, magnitude, quotient] = frame.localList("v128", 3);
  const vector = (offset: number) => v128.load(vectorAt(index, offset), division.get);
  const remainder = i16x8.subtract(magnitude.get, i16x8.multiply(quotient.get, vector(DIVISORS_OFFSET)));
  const isOneLess = i16x8.isGreaterSigned(remainder, vector(REMAINDERS_OFFSET));
  return sequence(
    sign.set(i16x8.shiftRightSigned(row.get, i32.constant(15))),
    magnitude.set(i16x8.absolute(row.get)),
    quotient.set(i16x8.multiplyQ15(magnitude.get, vector(FACTORS_OFFSET))),
    // True is -1.
    quotient.set(i16x8.subtract(quotient.get, isOneLess)),
    row.set(i16x8.subtract(v128.xor(quotient.get, sign.get), sign.get)),
  );
}

/** Coefficients as bytes, four vectors of two rows; then their bytes in the order of coding; then a bit a byte. */
function whichAreNotZero(rows: Rows, { frame, pool }: { frame: Frame; pool: ConstantPool }): Code {
  const bytes = frame.localList("v128", 4);
  const bits = bytes.map((_, part) => {
    const places = ZIGZAG.slice(part * VECTOR_BYTES, (part + 1) * VECTOR_BYTES);
    const ordered = bytes.flatMap((vector, index) => {
      const within = places.map((place) => place - index * VECTOR_BYTES);
      const positions = within.map((at) => at >= 0 && at < VECTOR_BYTES ? at : 255);
      return positions.every((at) => at === 255) ? [] : [i8x16.swizzle(vector.get, pool.i8x16(positions))];
    }).reduce((one, other) => v128.or(one, other));
    return i8x16.bitmask(i8x16.isNotEqual(ordered, v128.zero()));
  });
  const half = (low: Code, high: Code) => i64.extendI32Unsigned(i32.or(low, i32.shiftLeft(high, i32.constant(16))));
  return sequence(
    ...bytes.map((vector, index) => vector.set(i8x16.narrowI16x8(rows[2 * index].get, rows[2 * index + 1].get))),
    i64.or(half(bits[0], bits[1]), i64.shiftLeft(half(bits[2], bits[3]), i64.constant(32))),
  );
}
