/**
 * The steps of the encoder, one number at a time, as in the files of libjpeg that the comments
 * name. The kernel must agree with them.
 */

/** Y, Cb and Cr of one pixel (jccolor.c), less 128. */
export function plainColour(red: number, green: number, blue: number): [number, number, number] {
  const fixed = (factor: number) => Math.floor(factor * 65_536 + 0.5);
  const weigh = (factors: number[], rounding: number) =>
    Math.floor((fixed(factors[0]) * red + fixed(factors[1]) * green + fixed(factors[2]) * blue + rounding) / 65_536);
  const minus = (factor: number) => -Math.floor(factor * 65_536 + 0.5) / 65_536;
  return [
    weigh([0.299, 0.587, 0.114], 32_768) - 128,
    weigh([minus(0.16874), minus(0.33126), 0.5], 32_767),
    weigh([0.5, minus(0.41869), minus(0.08131)], 32_767),
  ];
}

type Pass = (numbers: readonly number[], isFirst: boolean) => number[];

/** Both passes over a block: rows, then columns. */
export function plainTransform(block: readonly number[], kind: "accurate" | "fast"): number[] {
  const pass: Pass = kind === "accurate" ? accuratePass : fastPass;
  const rows = Array.from({ length: 8 }, (_, row) => pass(block.slice(8 * row, 8 * row + 8), true));
  const columns = Array.from({ length: 8 }, (_, column) => pass(rows.map((row) => row[column]), false));
  return Array.from({ length: 64 }, (_, at) => columns[at % 8][at >> 3]);
}

/** jfdctfst.c. */
function fastPass(numbers: readonly number[]): number[] {
  const times = (value: number, factor: number) => (value * Math.round(factor * 256)) >> 8;
  const sum = (at: number) => numbers[at] + numbers[7 - at];
  const gap = (at: number) => numbers[at] - numbers[7 - at];
  const [outer, outerGap, inner, innerGap] = [sum(0) + sum(3), sum(0) - sum(3), sum(1) + sum(2), sum(1) - sum(2)];
  const middle = times(innerGap + outerGap, 0.707106781);
  const [first, second, third] = [gap(3) + gap(2), gap(2) + gap(1), gap(1) + gap(0)];
  const shared = times(first - third, 0.382683433);
  const [one, other] = [times(first, 0.5411961) + shared, times(third, 1.306562965) + shared];
  const half = times(second, 0.707106781);
  const [plus, minus] = [gap(0) + half, gap(0) - half];
  return [
    outer + inner,
    plus + other,
    outerGap + middle,
    minus - one,
    outer - inner,
    minus + one,
    outerGap - middle,
    plus - other,
  ];
}

/** jfdctint.c, without its sharing of products: each odd result is a sum of the four gaps. */
function accuratePass(numbers: readonly number[], isFirst: boolean): number[] {
  const fixed = (factor: number) => Math.floor(factor * 8192 + 0.5);
  const sum = (at: number) => numbers[at] + numbers[7 - at];
  const gaps = [0, 1, 2, 3].map((at) => numbers[at] - numbers[7 - at]);
  const shift = isFirst ? 11 : 15;
  const rounded = (value: number) => Math.floor((value + 2 ** (shift - 1)) / 2 ** shift);
  const whole = (value: number) => isFirst ? value * 4 : (value + 2) >> 2;
  const [outer, outerGap, inner, innerGap] = [sum(0) + sum(3), sum(0) - sum(3), sum(1) + sum(2), sum(1) - sum(2)];
  const turned = fixed(0.5411961) * (outerGap + innerGap);
  const [gap0, gap1, gap2, gap3] = gaps;
  const all = fixed(1.175875602) * (gap0 + gap1 + gap2 + gap3);
  const third = all - fixed(1.96157056) * (gap3 + gap1);
  const fourth = all - fixed(0.390180644) * (gap2 + gap0);
  const [far, near] = [-fixed(0.899976223) * (gap3 + gap0), -fixed(2.562915447) * (gap2 + gap1)];
  return [
    whole(outer + inner),
    rounded(fixed(1.50132111) * gap0 + far + fourth),
    rounded(turned + fixed(0.765366865) * outerGap),
    rounded(fixed(3.072711026) * gap1 + near + third),
    whole(outer - inner),
    rounded(fixed(2.053119869) * gap2 + near + fourth),
    rounded(turned - fixed(1.847759065) * innerGap),
    rounded(fixed(0.298631336) * gap3 + far + third),
  ];
}

/** The nearest whole quotient, halves away from zero (jcdctmgr.c). */
export function plainQuotient(value: number, divisor: number): number {
  const magnitude = Math.floor((Math.abs(value) + (divisor >> 1)) / divisor);
  return value < 0 ? 0 - magnitude : magnitude;
}
