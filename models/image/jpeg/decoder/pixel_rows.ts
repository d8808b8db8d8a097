import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import { Frame, type Variable } from "../../../wasm/frame.ts";
import { type Code, control, i16x8, i32, i8x16, sequence, v128, VECTOR_BYTES } from "../../../wasm/instructions.ts";
import { interleaveHigh, interleaveLow } from "../../../wasm/interleave.ts";
import type { ExportedFunction } from "../../../wasm/module.ts";
import { SAMPLE_CENTRE } from "../block.ts";
import { ColourConversion, PIXELS_AT_ONCE } from "./colour_conversion.ts";

const HERE = { memory: 0, offset: 0 };
/** Samples of chroma that are looked at together. */
const LANES = 8;

function pass(variable: Variable, bytes: number): Code {
  return variable.set(i32.add(variable.get, i32.constant(bytes)));
}

/** The lower or upper eight of 16 bytes as 16-bit numbers. */
function extended(bytes: Variable, half: 0 | 1): Code {
  const place = half === 0 ? interleaveLow : interleaveHigh;
  return place(1, bytes.get, v128.zero());
}

/** `wholeRow(luma, cb, cr, target, groups)`: a row of `groups` times 16 pixels with as many samples of chroma as of luma. */
export function wholeRowFunction(pool: ConstantPool): ExportedFunction {
  const frame = new Frame();
  const [luma, cb, cr, target, groups] = Array.from({ length: 5 }, () => frame.parameter("i32"));
  const conversion = new ColourConversion(frame, pool);
  const bytes = frame.local("v128");
  const chroma = [0, 1].map(() => ({ cb: frame.local("v128"), cr: frame.local("v128") }));
  const centred = (from: Variable, half: number) =>
    i16x8.subtract(
      i16x8.load8x8Unsigned({ memory: 0, offset: half * LANES }, from.get),
      pool.i16x8(SAMPLE_CENTRE),
    );
  const body = control.loop(
    sequence(
      bytes.set(v128.load(HERE, luma.get)),
      ...chroma.map((half, index) => sequence(half.cb.set(centred(cb, index)), half.cr.set(centred(cr, index)))),
      conversion.write(target.get, [
        { y: extended(bytes, 0), ...chroma[0] },
        { y: extended(bytes, 1), ...chroma[1] },
      ]),
      ...[luma, cb, cr].map((variable) => pass(variable, PIXELS_AT_ONCE)),
      pass(target, 3 * PIXELS_AT_ONCE),
    ),
    groups.tee(i32.subtract(groups.get, i32.constant(1))),
  );
  return { name: "wholeRow", parameters: frame.parameters, locals: frame.locals, body };
}

/**
 * `halvedRow(luma, cbNear, cbFar, crNear, crFar, target, groups, rounding, otherRounding)`: a row of pixels whose chroma has half the
 * samples across, and perhaps down, interpolated by the triangle filter of jdsample.c ("fancy upsampling"): each is 3/4 of the nearer
 * row and 1/4 of the farther one, and of that 3/4 of the nearer column and 1/4 of the one left or right. The sums are in
 * sixteenths, and what rounds them is told: one number for the left pixel of each two, another for the right. With near and far the
 * same row they are those of h2v1, four times. Samples outside the row are read: they have to be like those at its ends.
 */
export function halvedRowFunction(pool: ConstantPool): ExportedFunction {
  const frame = new Frame();
  const [luma, cbNear, cbFar, crNear, crFar, target, groups, left, right] = Array.from(
    { length: 9 },
    () => frame.parameter("i32"),
  );
  const bytes = frame.local("v128");
  const roundings = [left, right].map((parameter) => ({ parameter, vector: frame.local("v128") }));
  const [cb, cr] = [[cbNear, cbFar], [crNear, crFar]].map(([near, far]) =>
    new TriangleFilter(frame, { near, far, roundings: roundings.map(({ vector }) => vector.get), pool })
  );
  const conversion = new ColourConversion(frame, pool);
  const body = sequence(
    ...roundings.map(({ parameter, vector }) =>
      vector.set(i16x8.subtract(i16x8.splat(parameter.get), pool.i16x8(16 * SAMPLE_CENTRE)))
    ),
    cb.start(),
    cr.start(),
    control.loop(
      sequence(
        bytes.set(v128.load(HERE, luma.get)),
        cb.step(),
        cr.step(),
        conversion.write(target.get, [
          { y: extended(bytes, 0), cb: cb.pixels[0], cr: cr.pixels[0] },
          { y: extended(bytes, 1), cb: cb.pixels[1], cr: cr.pixels[1] },
        ]),
        pass(luma, PIXELS_AT_ONCE),
        pass(target, 3 * PIXELS_AT_ONCE),
      ),
      groups.tee(i32.subtract(groups.get, i32.constant(1))),
    ),
  );
  return { name: "halvedRow", parameters: frame.parameters, locals: frame.locals, body };
}

/** One component of {@linkcode halvedRowFunction}. */
class TriangleFilter {
  /** The chroma of eight pixels each, less the centre. */
  readonly pixels: readonly [Variable, Variable];
  readonly #rows: readonly [Variable, Variable];
  readonly #roundings: readonly Code[];
  readonly #pool: ConstantPool;
  /** Both rows of eight columns together: those before, these, those after; then what is common to left and right, and these. */
  readonly #before: Variable;
  readonly #these: Variable;
  readonly #after: Variable;
  readonly #common: Variable;
  readonly #sides: readonly Variable[];

  constructor(
    frame: Frame,
    { near, far, roundings, pool }: {
      near: Variable;
      far: Variable;
      roundings: readonly Code[];
      pool: ConstantPool;
    },
  ) {
    this.#rows = [near, far];
    this.#roundings = roundings;
    this.#pool = pool;
    this.pixels = [frame.local("v128"), frame.local("v128")];
    [this.#before, this.#these, this.#after, this.#common] = frame.localList("v128", 4);
    this.#sides = frame.localList("v128", 2);
  }

  start(): Code {
    const [near, far] = this.#rows;
    return sequence(
      pass(near, -LANES),
      pass(far, -LANES),
      this.#these.set(this.#columns(0)),
      this.#after.set(this.#columns(LANES)),
    );
  }

  /** On to the next eight columns, which are sixteen pixels. */
  step(): Code {
    const [near, far] = this.#rows;
    const [before, these, after] = [this.#before, this.#these, this.#after];
    const shifted = (one: Variable, other: Variable, lanes: number) =>
      i8x16.shuffle(one.get, other.get, Array.from({ length: VECTOR_BYTES }, (_, index) => 2 * lanes + index));
    const neighbours = [shifted(before, these, LANES - 1), shifted(these, after, 1)];
    return sequence(
      pass(near, LANES),
      pass(far, LANES),
      before.set(these.get),
      these.set(after.get),
      after.set(this.#columns(LANES)),
      this.#common.set(i16x8.multiply(these.get, this.#pool.i16x8(3))),
      ...this.#sides.map((side, index) => {
        const sum = i16x8.add(i16x8.add(this.#common.get, neighbours[index]), this.#roundings[index]);
        return side.set(i16x8.shiftRightSigned(sum, i32.constant(4)));
      }),
      this.pixels[0].set(interleaveLow(2, this.#sides[0].get, this.#sides[1].get)),
      this.pixels[1].set(interleaveHigh(2, this.#sides[0].get, this.#sides[1].get)),
    );
  }

  #columns(offset: number): Code {
    const [near, far] = this.#rows.map((row) => i16x8.load8x8Unsigned({ memory: 0, offset }, row.get));
    return i16x8.add(i16x8.multiply(near, this.#pool.i16x8(3)), far);
  }
}
