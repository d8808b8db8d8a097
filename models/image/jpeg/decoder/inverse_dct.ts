import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import { Frame, type Variable } from "../../../wasm/frame.ts";
import { type Code, control, i16x8, i32, sequence, v128, VECTOR_BYTES } from "../../../wasm/instructions.ts";
import { interleaveHigh, interleaveLow } from "../../../wasm/interleave.ts";
import type { ExportedFunction } from "../../../wasm/module.ts";
import { BLOCK_SIDE, SAMPLE_CENTRE } from "../block.ts";
import { BlockSamples } from "./block_samples.ts";
import { DctTransform, type Pairs, WEIGHT_BITS } from "./dct_transform.ts";
import { BLOCK_AT } from "./memory_map.ts";
import { IS_HIGH } from "./quantisation_table.ts";

/**
 * The most that the absolute values of a block's coefficients may add up to, so that each is a 16-bit number and all sums of
 * products are 32-bit ones: no number between the passes is more than 4 x 1.3871 times that, and all weights of a transform for one
 * output are 1.3871 x 2^13 at most.
 */
export const SUM_MAX = 32_767;
/** Up to here what is between the passes has 16 bits for certain. The blocks of hardly any picture are beyond it. */
const SUM_SURE = 5_800;

/** Bits that are kept between the passes. */
const PASS_BITS = 2;
const COLUMNS = { shift: WEIGHT_BITS - PASS_BITS, centre: 0 };
const ROWS = { shift: WEIGHT_BITS + PASS_BITS + 3, centre: SAMPLE_CENTRE };

/** Which vectors of the block hold which pairs of rows, for columns 0..3; 4..7 follow each. See `coefficientOffset()`. */
const PAIRS_AT: Required<Pairs<number>> = { evenLow: 0, oddLow: 2, evenHigh: 4, oddHigh: 6 };

/**
 * `transform(dc, target, stride, seen, sum)`: the samples of the block in the memory, as jidctint.c computes them to the bit, 8 rows
 * of 8 bytes; and zeros in the block's place. `dc` is the DC coefficient, which the block in the memory lacks; `seen` is all entries
 * of coefficients that are not zero, joined by "or", so 0 for none; `sum` that of all absolute values. It answers 1 if what is
 * between the passes does not fit in 16 bits, else 0.
 */
export function transformFunction(pool: ConstantPool): ExportedFunction {
  const frame = new Frame();
  const [dc, target, stride, seen, sum] = Array.from({ length: 5 }, () => frame.parameter("i32"));
  const writer = new Writer(frame, pool);
  const samples = new BlockSamples(frame, pool);
  const output = { target, stride, sum };
  const isUnsure = i32.isGreaterUnsigned(sum.get, i32.constant(SUM_SURE));
  const body = sequence(
    control.ifElse(
      seen.get,
      sequence(
        i32.store16({ memory: 0, offset: BLOCK_AT }, i32.constant(0), dc.get),
        control.ifElse(
          i32.or(i32.and(seen.get, i32.constant(IS_HIGH)), isUnsure),
          sequence(
            writer.wholeColumns(),
            control.if(isUnsure, control.if(writer.isSaturated(), control.return(i32.constant(1)))),
            writer.wholeRows(),
          ),
          sequence(writer.lowColumns(), writer.lowRows()),
        ),
        samples.store(writer.upper, writer.lower, output),
      ),
      samples.storeFlat(dc, output),
    ),
    i32.constant(0),
  );
  return { name: "transform", result: "i32", parameters: frame.parameters, locals: frame.locals, body };
}

/** Both passes, columns first, for whole blocks and for those that have coefficients in the 4 x 4 of the lowest frequencies only. */
class Writer {
  /** Outputs of four transforms each: in the end the columns of rows 0..3 and of rows 4..7. */
  readonly upper: readonly Variable[];
  readonly lower: readonly Variable[];
  readonly #pool: ConstantPool;
  readonly #transform: DctTransform;
  readonly #pairs: Required<Pairs<Variable>>;
  readonly #halfway: readonly Variable[];
  /** What is between the passes. A row is the pairs of columns that the second pass takes. */
  readonly #rows: readonly Variable[];

  constructor(frame: Frame, pool: ConstantPool) {
    this.#pool = pool;
    this.#transform = new DctTransform(frame, pool);
    this.upper = frame.localList("v128", BLOCK_SIDE);
    this.lower = frame.localList("v128", BLOCK_SIDE);
    const [evenLow, oddLow, evenHigh, oddHigh] = frame.localList("v128", 4);
    this.#pairs = { evenLow, oddLow, evenHigh, oddHigh };
    this.#halfway = frame.localList("v128", 4);
    this.#rows = frame.localList("v128", BLOCK_SIDE);
  }

  wholeColumns(): Code {
    const half = (which: 0 | 1, outputs: readonly Variable[]) =>
      sequence(
        this.#take("evenLow", which),
        this.#take("oddLow", which),
        this.#take("evenHigh", which),
        this.#take("oddHigh", which),
        this.#transform.write(this.#pairs, outputs, COLUMNS),
      );
    return sequence(
      half(0, this.upper),
      half(1, this.lower),
      ...this.#rows.map((row, n) => row.set(i16x8.narrowI32x4(this.upper[n].get, this.lower[n].get))),
    );
  }

  /** Whether a number may have become the nearest one of 16 bits. */
  isSaturated(): Code {
    const extremes = [-0x8000, 0x7fff].map((value) => this.#pool.i16x8(value));
    const equal = this.#rows.flatMap((row) => extremes.map((extreme) => i16x8.isEqual(row.get, extreme)));
    return v128.anyTrue(equal.reduce(v128.or));
  }

  wholeRows(): Code {
    const { evenLow, oddLow, evenHigh, oddHigh } = this.#pairs;
    const [a, b, c, d] = this.#halfway;
    const four = (start: number, outputs: readonly Variable[]) => {
      const [row0, row1, row2, row3] = this.#rows.slice(start).map(({ get }) => get);
      return sequence(
        a.set(interleaveLow(4, row0, row1)),
        b.set(interleaveLow(4, row2, row3)),
        c.set(interleaveHigh(4, row0, row1)),
        d.set(interleaveHigh(4, row2, row3)),
        evenLow.set(interleaveLow(8, a.get, b.get)),
        oddLow.set(interleaveHigh(8, a.get, b.get)),
        evenHigh.set(interleaveLow(8, c.get, d.get)),
        oddHigh.set(interleaveHigh(8, c.get, d.get)),
        this.#transform.write(this.#pairs, outputs, ROWS),
      );
    };
    return sequence(four(0, this.upper), four(4, this.lower));
  }

  /** Columns 0..3 of rows 0..3. A vector has room for two such rows afterwards. */
  lowColumns(): Code {
    const { evenLow, oddLow } = this.#pairs;
    const [rows02, rows13, , , rows46, rows57] = this.#rows;
    const together = (one: number, other: number) => i16x8.narrowI32x4(this.upper[one].get, this.upper[other].get);
    return sequence(
      this.#take("evenLow", 0),
      this.#take("oddLow", 0),
      this.#transform.write({ evenLow, oddLow }, this.upper, COLUMNS),
      rows02.set(together(0, 2)),
      rows13.set(together(1, 3)),
      rows46.set(together(4, 6)),
      rows57.set(together(5, 7)),
    );
  }

  lowRows(): Code {
    const { evenLow, oddLow } = this.#pairs;
    const [a, b] = this.#halfway;
    const four = (start: number, outputs: readonly Variable[]) => {
      const [even, odd] = this.#rows.slice(start).map(({ get }) => get);
      return sequence(
        a.set(interleaveLow(4, even, odd)),
        b.set(interleaveHigh(4, even, odd)),
        evenLow.set(interleaveLow(8, a.get, b.get)),
        oddLow.set(interleaveHigh(8, a.get, b.get)),
        this.#transform.write({ evenLow, oddLow }, outputs, ROWS),
      );
    };
    return sequence(four(0, this.upper), four(4, this.lower));
  }

  /** Loads a pair of rows from the block, and leaves zeros. */
  #take(name: keyof typeof PAIRS_AT, half: 0 | 1): Code {
    const place = { memory: 0, offset: BLOCK_AT + (PAIRS_AT[name] + half) * VECTOR_BYTES };
    return sequence(
      this.#pairs[name].set(v128.load(place, i32.constant(0))),
      v128.store(place, i32.constant(0), v128.zero()),
    );
  }
}
