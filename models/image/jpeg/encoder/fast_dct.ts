import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import type { Variable } from "../../../wasm/frame.ts";
import { type Code, i16x8, i32, sequence } from "../../../wasm/instructions.ts";
import { added, butterflies, subtracted, type TransformPass } from "./transform_pass.ts";

const FACTOR_BITS = 8;

/**
 * The transform of Arai, Agui and Nakajima ("A fast DCT-SQ scheme for images", 1988; jfdctfst.c). Five multiplications; each result but
 * the first and the fifth has a factor of its own, which quantisation takes out.
 *
 * Sixteen bits are enough: with samples of -128 to 127 no number here exceeds 12,920 in the second pass.
 */
export const fastPass: TransformPass = ({ from, to }, { frame, pool }) => {
  const { code, outer, outerGap, inner, innerGap, gaps } = butterflies(from, frame);
  const [turned, first, second, third, rotation, plus, minus] = frame.localList("v128", 7);
  return sequence(
    code,
    // Even results.
    to[0].set(added(outer, inner)),
    to[4].set(subtracted(outer, inner)),
    turned.set(added(innerGap, outerGap)),
    turned.set(times(0.707106781, turned, pool)),
    to[2].set(added(outerGap, turned)),
    to[6].set(subtracted(outerGap, turned)),
    // Odd results.
    first.set(added(gaps[3], gaps[2])),
    second.set(added(gaps[2], gaps[1])),
    third.set(added(gaps[1], gaps[0])),
    rotation.set(subtracted(first, third)),
    rotation.set(times(0.382683433, rotation, pool)),
    first.set(i16x8.add(times(0.541196100, first, pool), rotation.get)),
    // 1.306562965 of it: the whole needs no multiplication, and with it the factor would not fit.
    rotation.set(added(rotation, third)),
    third.set(i16x8.add(times(0.306562965, third, pool), rotation.get)),
    second.set(times(0.707106781, second, pool)),
    plus.set(added(gaps[0], second)),
    minus.set(subtracted(gaps[0], second)),
    to[5].set(added(minus, first)),
    to[3].set(subtracted(minus, first)),
    to[1].set(added(plus, third)),
    to[7].set(subtracted(plus, third)),
  );
};

/**
 * `floor(value x f / 256)`, where `f` is the factor in 256ths. The machine's product of two 16-bit numbers is rounded instead: one too
 * large when the bit below the point is set, which is the highest of `value x f x 256` in 16 bits.
 */
function times(factor: number, value: Variable, pool: ConstantPool): Code {
  const parts = Math.round(factor * 2 ** FACTOR_BITS);
  const rounded = i16x8.multiplyQ15(value.get, pool.i16x8(parts * 2 ** (15 - FACTOR_BITS)));
  const below = i16x8.multiply(value.get, pool.i16x8(parts * 2 ** FACTOR_BITS));
  return i16x8.add(rounded, i16x8.shiftRightSigned(below, i32.constant(15)));
}
