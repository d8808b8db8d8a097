import { type Code, control, i16x8, i32, i32x4, i8x16, v128 } from "../../wasm/instructions.ts";
import { Frame, type Variable } from "../../wasm/frame.ts";
import type { ExportedFunction } from "../../wasm/module.ts";
import type { Constants } from "./constants.ts";
import { interleaveHigh, interleaveLow } from "./interleave.ts";
import { BLOCK_AT, VECTOR_BYTES } from "./memory_map.ts";
import { IS_HIGH } from "./quantisation_table.ts";
import { BLOCK_SIDE } from "./zigzag.ts";

/**
 * The inverse DCT of jidctint.c ("islow") to the bit: columns first, with 13 bits behind the point and 2 more kept between the
 * passes. Each one-dimensional transform is linear up to its one rounding at the end, so its twelve multiplications and the sums
 * around them are gathered into eight sums of eight products, which a vector processor adds by pairs. The odd sums belong to
 * x1, x3, x5, x7, the even ones to x0, x2, x4, x6; output n is even[n] + odd[n], output 7 - n is even[n] - odd[n].
 */
const EVEN = [[8_192, 10_703, 8_192, 4_433], [8_192, 4_433, -8_192, -10_704], [8_192, -4_433, -8_192, 10_704], [
  8_192,
  -10_703,
  8_192,
  -4_433,
]] as const;
const ODD = [[11_363, 9_633, 6_437, 2_260], [9_633, -2_259, -11_362, -6_436], [6_437, -11_362, 2_261, 9_633], [
  2_260,
  -6_436,
  9_633,
  -11_363,
]] as const;
const CONSTANT_BITS = 13;
const PASS_BITS = 2;
/** What samples are centred around. */
const CENTRE = 128;

/**
 * The most that the absolute values of a block's coefficients may add up to, so that all numbers between the passes fit in 16 bits:
 * each is less than 4 x 1.3871 times that. Blocks of real pictures stay below, except for noise of the highest contrast.
 */
export const SUM_MAX = 5_800;
/** Below it no sample is more than 512 from the centre: 1.3871^2 / 8 of it. From there on jidctint.c wraps around. */
const SUM_WRAPS = 2_120;

/** Which vectors of the block hold which pairs of rows, for columns 0..3 and 4..7; see `coefficientOffset()`. */
const PAIRS = { evenLow: 0, oddLow: 2, evenHigh: 4, oddHigh: 6 } as const;
type Pair = keyof typeof PAIRS;
/** What is all zero in a block without high frequencies is left out. */
type Operands = Partial<Record<Pair, Code>>;

/**
 * `transform(dc, target, stride, seen, sum)`: the samples of the block in the memory, 8 rows of 8 bytes, and zeros in its place. `dc`
 * is the DC coefficient, which the block in the memory lacks; `seen` is all entries of coefficients that are not zero, joined by
 * "or", so 0 for none; `sum` that of all absolute values.
 */
export function inverseDct(constants: Constants): ExportedFunction {
  const frame = new Frame();
  const [dc, target, stride, seen, sum] = Array.from({ length: 5 }, () => frame.parameter("i32"));
  const scratch: Scratch = {
    operands: frame.localList("v128", 8),
    even: frame.localList("v128", 4),
    odd: frame.localList("v128", 4),
    first: frame.localList("v128", BLOCK_SIDE),
    second: frame.localList("v128", BLOCK_SIDE),
    rows: frame.localList("v128", BLOCK_SIDE),
  };
  const output = { target, stride, sum };
  const body = control.ifElse(
    seen.get,
    [
      ...i32.store16({ memory: 0, offset: BLOCK_AT }, i32.constant(0), dc.get),
      ...control.ifElse(
        i32.and(seen.get, i32.constant(IS_HIGH)),
        [...wholeColumns(scratch, constants), ...wholeRows(scratch, constants)],
        [...lowColumns(scratch, constants), ...lowRows(scratch, constants)],
      ),
      ...storeSamples(scratch, output, constants),
    ],
    flatBlock(scratch.rows[0], dc, output, constants),
  );
  return { name: "transform", parameters: frame.parameters, locals: frame.locals, body };
}

interface Scratch {
  readonly operands: readonly Variable[];
  readonly even: readonly Variable[];
  readonly odd: readonly Variable[];
  readonly first: readonly Variable[];
  readonly second: readonly Variable[];
  readonly rows: readonly Variable[];
}
type Output = Record<"target" | "stride" | "sum", Variable>;

/** One-dimensional transforms of four columns or rows: eight vectors of 32-bit numbers into `outputs`. */
function transform(
  operands: Operands,
  outputs: readonly Variable[],
  { scratch: { even, odd }, constants, shift, centre }: {
    scratch: Scratch;
    constants: Constants;
    shift: number;
    centre: number;
  },
): Code {
  const sumOf = (weights: readonly number[], low: Code | undefined, high: Code | undefined): Code => {
    const parts = [low, high].flatMap((operand, index) =>
      operand === undefined ? [] : [i32x4.dotI16x8(operand, constants.pair(weights[2 * index], weights[2 * index + 1]))]
    );
    return parts.reduce((one, other) => i32x4.add(one, other));
  };
  const rounding = constants.i32x4((1 << (shift - 1)) + (centre << shift));
  const shifted = (value: Code) => i32x4.shiftRightSigned(value, i32.constant(shift));
  return even.flatMap((evenSum, n) => [
    ...evenSum.set(i32x4.add(sumOf(EVEN[n], operands.evenLow, operands.evenHigh), rounding)),
    ...odd[n].set(sumOf(ODD[n], operands.oddLow, operands.oddHigh)),
    ...outputs[n].set(shifted(i32x4.add(evenSum.get, odd[n].get))),
    ...outputs[7 - n].set(shifted(i32x4.subtract(evenSum.get, odd[n].get))),
  ]);
}

const COLUMNS = { shift: CONSTANT_BITS - PASS_BITS, centre: 0 };
const ROWS = { shift: CONSTANT_BITS + PASS_BITS + 3, centre: CENTRE };

/** Loads a vector of the block, and leaves zeros. */
function take(variable: Variable, pair: Pair, half: 0 | 1): Code {
  const place = { memory: 0, offset: BLOCK_AT + (PAIRS[pair] + half) * VECTOR_BYTES };
  return [
    ...variable.set(v128.load(place, i32.constant(0))),
    ...v128.store(place, i32.constant(0), v128.zero()),
  ];
}

function wholeColumns(scratch: Scratch, constants: Constants): Code {
  const { operands: [evenLow, oddLow, evenHigh, oddHigh], first, second, rows } = scratch;
  const half = (which: 0 | 1, outputs: readonly Variable[]) => [
    ...take(evenLow, "evenLow", which),
    ...take(oddLow, "oddLow", which),
    ...take(evenHigh, "evenHigh", which),
    ...take(oddHigh, "oddHigh", which),
    ...transform(
      { evenLow: evenLow.get, oddLow: oddLow.get, evenHigh: evenHigh.get, oddHigh: oddHigh.get },
      outputs,
      { scratch, constants, ...COLUMNS },
    ),
  ];
  return [
    ...half(0, first),
    ...half(1, second),
    ...rows.flatMap((row, n) => row.set(i16x8.narrowI32x4(first[n].get, second[n].get))),
  ];
}

/** Four rows at once. Each is the pairs of columns that the transform takes, so that four rows of four pairs are turned. */
function wholeRows(scratch: Scratch, constants: Constants): Code {
  const { operands, first, second, rows } = scratch;
  const [evenLow, oddLow, evenHigh, oddHigh, a, b, c, d] = operands;
  const four = (start: number, outputs: readonly Variable[]) => {
    const [row0, row1, row2, row3] = rows.slice(start, start + 4).map(({ get }) => get);
    return [
      ...a.set(interleaveLow(4, row0, row1)),
      ...b.set(interleaveLow(4, row2, row3)),
      ...c.set(interleaveHigh(4, row0, row1)),
      ...d.set(interleaveHigh(4, row2, row3)),
      ...evenLow.set(interleaveLow(8, a.get, b.get)),
      ...oddLow.set(interleaveHigh(8, a.get, b.get)),
      ...evenHigh.set(interleaveLow(8, c.get, d.get)),
      ...oddHigh.set(interleaveHigh(8, c.get, d.get)),
      ...transform(
        { evenLow: evenLow.get, oddLow: oddLow.get, evenHigh: evenHigh.get, oddHigh: oddHigh.get },
        outputs,
        { scratch, constants, ...ROWS },
      ),
    ];
  };
  return [...four(0, first), ...four(4, second)];
}

/** Columns 0..3 of rows 0..3; what the others would add is zero. */
function lowColumns(scratch: Scratch, constants: Constants): Code {
  const { operands: [evenLow, oddLow], first } = scratch;
  return [
    ...take(evenLow, "evenLow", 0),
    ...take(oddLow, "oddLow", 0),
    ...transform({ evenLow: evenLow.get, oddLow: oddLow.get }, first, { scratch, constants, ...COLUMNS }),
  ];
}

/** A row has two pairs of columns here. */
function lowRows(scratch: Scratch, constants: Constants): Code {
  const { operands: [evenLow, oddLow, a, b], first, second, rows } = scratch;
  const four = (start: number, outputs: readonly Variable[]) => [
    ...a.set(interleaveLow(4, rows[start].get, rows[start + 1].get)),
    ...b.set(interleaveHigh(4, rows[start].get, rows[start + 1].get)),
    ...evenLow.set(interleaveLow(8, a.get, b.get)),
    ...oddLow.set(interleaveHigh(8, a.get, b.get)),
    ...transform({ evenLow: evenLow.get, oddLow: oddLow.get }, outputs, { scratch, constants, ...ROWS }),
  ];
  const together = (one: number, other: number) => i16x8.narrowI32x4(first[one].get, first[other].get);
  return [
    ...rows[0].set(together(0, 2)),
    ...rows[1].set(together(1, 3)),
    ...rows[4].set(together(4, 6)),
    ...rows[5].set(together(5, 7)),
    ...four(0, first),
    ...four(4, second),
  ];
}

/** What the table of range limits does with a sample that is 512 or more from the centre: only its last ten bits count. */
function wrapped(value: Code, constants: Constants): Code {
  const centre = constants.i16x8(CENTRE);
  const six = i32.constant(6);
  return i16x8.add(i16x8.shiftRightSigned(i16x8.shiftLeft(i16x8.subtract(value, centre), six), six), centre);
}

/** `first` and `second` hold the columns of rows 0..3 and 4..7; they become bytes, are turned into rows and stored. */
function storeSamples({ operands, first, second, rows }: Scratch, output: Output, constants: Constants): Code {
  const [a, b, c, d, e, f, g, h] = operands;
  const columns = rows;
  const bytes = (one: number, other: number) => i8x16.narrowI16x8Unsigned(columns[one].get, columns[other].get);
  return [
    ...columns.flatMap((column, n) => column.set(i16x8.narrowI32x4(first[n].get, second[n].get))),
    ...control.if(
      i32.isGreaterUnsigned(output.sum.get, i32.constant(SUM_WRAPS)),
      columns.flatMap((column) => column.set(wrapped(column.get, constants))),
    ),
    ...[a, b, c, d].flatMap((variable, n) => variable.set(bytes(n, n + 4))),
    ...e.set(interleaveLow(1, a.get, b.get)), // columns 0, 1
    ...f.set(interleaveLow(1, c.get, d.get)), // 2, 3
    ...g.set(interleaveHigh(1, a.get, b.get)), // 4, 5
    ...h.set(interleaveHigh(1, c.get, d.get)), // 6, 7
    ...a.set(interleaveLow(2, e.get, f.get)), // columns 0..3 of rows 0..3
    ...b.set(interleaveLow(2, g.get, h.get)), // 4..7
    ...c.set(interleaveHigh(2, e.get, f.get)), // 0..3 of rows 4..7
    ...d.set(interleaveHigh(2, g.get, h.get)),
    ...e.set(interleaveLow(4, a.get, b.get)),
    ...f.set(interleaveHigh(4, a.get, b.get)),
    ...g.set(interleaveLow(4, c.get, d.get)),
    ...h.set(interleaveHigh(4, c.get, d.get)),
    ...storeRows([e, f, g, h].flatMap(({ get }) => [{ pair: get, lane: 0 }, { pair: get, lane: 1 }]), output),
  ];
}

/** All samples are the same: `(4 dc + 16) >> 5`, as both passes come to. */
function flatBlock(row: Variable, dc: Variable, output: Output, constants: Constants): Code {
  const level = i32.shiftRightSigned(i32.add(dc.get, i32.constant(4)), i32.constant(3));
  const value = i16x8.add(i16x8.splat(level), constants.i16x8(CENTRE));
  return [
    ...row.set(wrapped(value, constants)),
    ...row.set(i8x16.narrowI16x8Unsigned(row.get, row.get)),
    ...storeRows(Array.from({ length: BLOCK_SIDE }, () => ({ pair: row.get, lane: 0 })), output),
  ];
}

function storeRows(rows: readonly { pair: Code; lane: number }[], { target, stride }: Output): Code {
  return rows.flatMap(({ pair, lane }) => [
    ...v128.store64Lane({ memory: 0, offset: 0 }, target.get, pair, lane === 0 ? 0 : 1),
    ...target.set(i32.add(target.get, stride.get)),
  ]);
}
