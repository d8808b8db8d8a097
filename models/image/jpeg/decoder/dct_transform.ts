import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import type { Frame, Variable } from "../../../wasm/frame.ts";
import { type Code, i32, i32x4, sequence } from "../../../wasm/instructions.ts";

/**
 * Each one-dimensional transform of jidctint.c ("islow") is linear up to its one rounding at the end, so its twelve multiplications
 * and the sums around them are gathered into eight sums of eight products, which a vector processor adds by pairs. The even sums
 * are of x0, x2, x4, x6, the odd ones of x1, x3, x5, x7; output n is even[n] + odd[n], output 7 - n is even[n] - odd[n]. Weights
 * have 13 bits behind the point.
 */
const EVEN = [
  [8_192, 10_703, 8_192, 4_433],
  [8_192, 4_433, -8_192, -10_704],
  [8_192, -4_433, -8_192, 10_704],
  [8_192, -10_703, 8_192, -4_433],
] as const;
const ODD = [
  [11_363, 9_633, 6_437, 2_260],
  [9_633, -2_259, -11_362, -6_436],
  [6_437, -11_362, 2_261, 9_633],
  [2_260, -6_436, 9_633, -11_363],
] as const;
export const WEIGHT_BITS = 13;

/** Pairs of inputs, as 16-bit numbers beside each other, four times: x0 and x2, x1 and x3, x4 and x6, x5 and x7. */
export interface Pairs<Value> {
  readonly evenLow: Value;
  readonly oddLow: Value;
  /** Left out where all of these are zero. */
  readonly evenHigh?: Value;
  readonly oddHigh?: Value;
}

/** Writes one-dimensional transforms, four at once. */
export class DctTransform {
  readonly #pool: ConstantPool;
  readonly #even: Variable;
  readonly #odd: Variable;

  constructor(frame: Frame, pool: ConstantPool) {
    this.#pool = pool;
    [this.#even, this.#odd] = frame.localList("v128", 2);
  }

  /** The eight outputs, as 32-bit numbers without their lowest `shift` bits, rounded, and `centre` more. */
  write(
    pairs: Pairs<Variable>,
    outputs: readonly Variable[],
    { shift, centre }: { shift: number; centre: number },
  ): Code {
    const [even, odd] = [this.#even, this.#odd];
    const rounding = this.#pool.i32x4((1 << (shift - 1)) + (centre << shift));
    const shifted = (value: Code) => i32x4.shiftRightSigned(value, i32.constant(shift));
    return sequence(...EVEN.map((weights, n) =>
      sequence(
        even.set(i32x4.add(this.#sum(weights, pairs.evenLow, pairs.evenHigh), rounding)),
        odd.set(this.#sum(ODD[n], pairs.oddLow, pairs.oddHigh)),
        outputs[n].set(shifted(i32x4.add(even.get, odd.get))),
        outputs[7 - n].set(shifted(i32x4.subtract(even.get, odd.get))),
      )
    ));
  }

  #sum([first, second, third, fourth]: readonly number[], low: Variable, high: Variable | undefined): Code {
    const lowSum = i32x4.dotI16x8(low.get, this.#pool.i16x8(first, second));
    if (high === undefined) return lowSum;
    return i32x4.add(lowSum, i32x4.dotI16x8(high.get, this.#pool.i16x8(third, fourth)));
  }
}
