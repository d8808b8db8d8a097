import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import type { Variable } from "../../../wasm/frame.ts";
import { type Code, i16x8, i32, i32x4, sequence } from "../../../wasm/instructions.ts";
import { interleaveHigh, interleaveLow } from "../../../wasm/interleave.ts";
import { added, butterflies, subtracted, type TransformPass } from "./transform_pass.ts";

const FACTOR_BITS = 13;
const fixed = (factor: number) => Math.floor(factor * 2 ** FACTOR_BITS + 0.5);
/** What the first pass leaves its numbers too large by, so as to lose less to rounding. */
const EXTRA_BITS = 2;

/** Factors of both numbers of a pair, whose products are added. */
type Factors = readonly [number, number];

/** The factors of the even results, and of the odd ones: common to all, to a pair of gaps, to one. */
const [EVEN, EVEN_FIRST, EVEN_SECOND] = [0.541196100, 0.765366865, 1.847759065].map(fixed);
const [ODD, ODD_THIRD, ODD_FOURTH] = [1.175875602, 1.961570560, 0.390180644].map(fixed);
const [OUTERMOST, INNERMOST] = [0.899976223, 2.562915447].map(fixed);
const OF_GAP = [1.501321110, 3.072711026, 2.053119869, 0.298631336].map(fixed);

/**
 * The transform of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11 multiplications", 1989; jfdctint.c),
 * exact to the last bit of 32 before it rounds. Every result is a sum of at most four products: rotations are written out, so
 * that each is made of pairs of neighbours multiplied and added at once.
 */
export const accuratePass: TransformPass = ({ from, to, isFirst }, { frame, pool }) => {
  const { code, outer, outerGap, inner, innerGap, gaps } = butterflies(from, frame);
  const [third, fourth] = frame.localList("v128", 2);
  const shift = isFirst ? FACTOR_BITS - EXTRA_BITS : FACTOR_BITS + EXTRA_BITS;
  const sumOf = (...terms: [Variable, Variable, Factors][]) => sumOfProducts(terms, shift, pool);
  const extraBits = i32.constant(EXTRA_BITS);
  const whole = (value: Code) =>
    isFirst
      ? i16x8.shiftLeft(value, extraBits)
      : i16x8.shiftRightSigned(i16x8.add(value, pool.i16x8(2 ** (EXTRA_BITS - 1))), extraBits);
  const withThird: [Variable, Variable, Factors] = [third, fourth, [ODD - ODD_THIRD, ODD]];
  const withFourth: [Variable, Variable, Factors] = [third, fourth, [ODD, ODD - ODD_FOURTH]];
  return sequence(
    code,
    // Even results.
    to[0].set(whole(added(outer, inner))),
    to[4].set(whole(subtracted(outer, inner))),
    to[2].set(sumOf([outerGap, innerGap, [EVEN + EVEN_FIRST, EVEN]])),
    to[6].set(sumOf([outerGap, innerGap, [EVEN, EVEN - EVEN_SECOND]])),
    // Odd results.
    third.set(added(gaps[3], gaps[1])),
    fourth.set(added(gaps[2], gaps[0])),
    to[7].set(sumOf([gaps[3], gaps[0], [OF_GAP[3] - OUTERMOST, -OUTERMOST]], withThird)),
    to[5].set(sumOf([gaps[2], gaps[1], [OF_GAP[2] - INNERMOST, -INNERMOST]], withFourth)),
    to[3].set(sumOf([gaps[2], gaps[1], [-INNERMOST, OF_GAP[1] - INNERMOST]], withThird)),
    to[1].set(sumOf([gaps[3], gaps[0], [-OUTERMOST, OF_GAP[0] - OUTERMOST]], withFourth)),
  );
};

/** Pairs times their factors, all added, in 32 bits; then divided by a power of two and rounded. */
function sumOfProducts(terms: readonly [Variable, Variable, Factors][], shift: number, pool: ConstantPool): Code {
  const half = (interleave: typeof interleaveLow) => {
    const products = terms.map(([one, other, factors]) =>
      i32x4.dotI16x8(interleave(2, one.get, other.get), pool.i16x8(...factors))
    );
    const sum = products.reduce((one, other) => i32x4.add(one, other));
    return i32x4.shiftRightSigned(i32x4.add(sum, pool.i32x4(2 ** (shift - 1))), i32.constant(shift));
  };
  return i16x8.narrowI32x4(half(interleaveLow), half(interleaveHigh));
}
