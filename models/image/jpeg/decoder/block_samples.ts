import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import type { Frame, Variable } from "../../../wasm/frame.ts";
import { type Code, control, i16x8, i32, i8x16, sequence, v128 } from "../../../wasm/instructions.ts";
import { interleaveHigh, interleaveLow } from "../../../wasm/interleave.ts";
import { BLOCK_SIDE, SAMPLE_CENTRE } from "../block.ts";

/**
 * While the absolute values of a block's coefficients add up to no more, no sample is 512 or more from the centre: each is at most
 * 1.3871^2 / 8 of that. From there on the table of range limits of jdmaster.c goes round.
 */
const SUM_IN_RANGE = 2_120;

/** Where samples go, how far the next row is, and the sum of the absolute values of the coefficients. */
export type BlockOutput = Record<"target" | "stride" | "sum", Variable>;

/** Writes what makes bytes of the outputs of the inverse DCT and stores them. */
export class BlockSamples {
  readonly #pool: ConstantPool;
  readonly #columns: readonly Variable[];
  readonly #turned: readonly Variable[];

  constructor(frame: Frame, pool: ConstantPool) {
    this.#pool = pool;
    this.#columns = frame.localList("v128", BLOCK_SIDE);
    this.#turned = frame.localList("v128", BLOCK_SIDE);
  }

  /** From the eight columns of rows 0..3 and of rows 4..7, in 32-bit numbers: they become bytes, are turned into rows and stored. */
  store(upper: readonly Variable[], lower: readonly Variable[], output: BlockOutput): Code {
    const columns = this.#columns;
    const [a, b, c, d, e, f, g, h] = this.#turned;
    return sequence(
      ...columns.map((column, n) => column.set(i16x8.narrowI32x4(upper[n].get, lower[n].get))),
      control.if(
        i32.isGreaterUnsigned(output.sum.get, i32.constant(SUM_IN_RANGE)),
        sequence(...columns.map((column) => column.set(this.#wrapped(column.get)))),
      ),
      ...[a, b, c, d].map((bytes, n) => bytes.set(i8x16.narrowI16x8Unsigned(columns[n].get, columns[n + 4].get))),
      e.set(interleaveLow(1, a.get, b.get)), // columns 0 and 1
      f.set(interleaveLow(1, c.get, d.get)), // 2 and 3
      g.set(interleaveHigh(1, a.get, b.get)), // 4 and 5
      h.set(interleaveHigh(1, c.get, d.get)), // 6 and 7
      a.set(interleaveLow(2, e.get, f.get)), // columns 0..3 of rows 0..3
      b.set(interleaveLow(2, g.get, h.get)), // 4..7
      c.set(interleaveHigh(2, e.get, f.get)), // 0..3 of rows 4..7
      d.set(interleaveHigh(2, g.get, h.get)), // 4..7
      e.set(interleaveLow(4, a.get, b.get)), // rows 0 and 1
      f.set(interleaveHigh(4, a.get, b.get)), // 2 and 3
      g.set(interleaveLow(4, c.get, d.get)), // 4 and 5
      h.set(interleaveHigh(4, c.get, d.get)), // 6 and 7
      ...[e, f, g, h].map(({ get }) => sequence(storeRow(get, 0, output), storeRow(get, 1, output))),
    );
  }

  /** All samples of the block are the same: both passes of the inverse DCT come to `(4 dc + 16) >> 5`. */
  storeFlat(dc: Variable, output: BlockOutput): Code {
    const [row] = this.#turned;
    const level = i32.shiftRightSigned(i32.add(dc.get, i32.constant(4)), i32.constant(3));
    const samples = i16x8.add(i16x8.splat(level), this.#pool.i16x8(SAMPLE_CENTRE));
    return sequence(
      row.set(this.#wrapped(samples)),
      row.set(i8x16.narrowI16x8Unsigned(row.get, row.get)),
      ...Array.from({ length: BLOCK_SIDE }, () => storeRow(row.get, 0, output)),
    );
  }

  /** What that table does: only the last ten bits of how far a sample is from the centre count. */
  #wrapped(samples: Code): Code {
    const centre = this.#pool.i16x8(SAMPLE_CENTRE);
    const six = i32.constant(6);
    return i16x8.add(i16x8.shiftRightSigned(i16x8.shiftLeft(i16x8.subtract(samples, centre), six), six), centre);
  }
}

function storeRow(rows: Code, lane: 0 | 1, { target, stride }: BlockOutput): Code {
  return sequence(
    v128.store64Lane({ memory: 0, offset: 0 }, target.get, rows, lane),
    target.set(i32.add(target.get, stride.get)),
  );
}
