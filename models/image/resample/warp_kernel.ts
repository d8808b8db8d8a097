import { ConstantPool } from "../../wasm/constant_pool.ts";
import { Frame, type Variable } from "../../wasm/frame.ts";
import { type Code, control, i32, i32x4, i8x16, sequence, v128, VECTOR_BYTES } from "../../wasm/instructions.ts";
import { LazyKernel } from "../../wasm/lazy_kernel.ts";
import type { ExportedFunction } from "../../wasm/module.ts";

/** Places and weights of neighbours are whole numbers of 1/256. */
export const ONE = 256;

/** A sample: the address of the upper left of its four neighbours, then how far it lies right of that and, in the upper half, below. */
export const SAMPLE_WORDS = 2;
export const SAMPLE_DOWN_SHIFT = 16;
/** The sums of a pixel: R, G, B and one that means nothing. */
export const SUM_WORDS = 4;
/** What is read from the address of a neighbour on: two pixels, and two bytes that count for nothing. */
export const READ_BYTES = 8;

/** The constants are before this. */
export const WARP_MEMORY_START = 64;

/** What the module offers. */
interface WarpFunctions {
  sumSamples(samples: number, samplesEach: number, stride: number, sums: number, pixels: number): void;
}

/** One for all pictures of a thread, which come one after the other. */
export const WARP_KERNEL = new LazyKernel<WarpFunctions>(() => {
  const pool = new ConstantPool({ start: 0, end: WARP_MEMORY_START });
  const functions = [sumSamplesFunction(pool)];
  return { functions, constants: pool.bytes };
});

const HERE = { memory: 0, offset: 0 };
/** R of both pixels, G of both, B of both, as 16-bit numbers; positions beyond 15 are 0. */
const PAIRS = [0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16];

/**
 * `sumSamples(samples, samplesEach, stride, sums, pixels)`: for each of `pixels`, the sum of its samples, interpolated between four
 * neighbours, times 256 x 256. A neighbour that counts for nothing is read all the same. Rows are `stride` bytes apart.
 */
function sumSamplesFunction(pool: ConstantPool): ExportedFunction {
  const frame = new Frame();
  const [samples, samplesEach, stride, sums, pixels] = Array.from({ length: 5 }, () => frame.parameter("i32"));
  const [left, address, shares] = [frame.local("i32"), frame.local("i32"), frame.local("i32")];
  const [sum, across, upper] = frame.localList("v128", 3);
  const pass = (variable: Variable, bytes: number) => variable.set(i32.add(variable.get, i32.constant(bytes)));
  const between = (at: Code) => {
    const pairs = i8x16.swizzle(v128.load64(HERE, at), pool.i8x16(PAIRS));
    return i32x4.dotI16x8(pairs, across.get);
  };
  const down = i32x4.splat(i32.shiftRightUnsigned(shares.get, i32.constant(SAMPLE_DOWN_SHIFT)));
  const shareRight = i32.and(shares.get, i32.constant(ONE - 1));
  const addSample = sequence(
    address.set(i32.load(HERE, samples.get)),
    shares.set(i32.load({ memory: 0, offset: 4 }, samples.get)),
    // 256 - share for the left pixel, share for the right one.
    across.set(i32x4.splat(i32.add(i32.constant(ONE), i32.multiply(shareRight, i32.constant(0xffff))))),
    upper.set(between(address.get)),
    sum.set(i32x4.add(
      sum.get,
      i32x4.add(
        i32x4.shiftLeft(upper.get, i32.constant(8)),
        i32x4.multiply(i32x4.subtract(between(i32.add(address.get, stride.get)), upper.get), down),
      ),
    )),
    pass(samples, 4 * SAMPLE_WORDS),
  );
  const body = control.loop(
    sequence(
      sum.set(v128.zero()),
      left.set(samplesEach.get),
      control.loop(addSample, left.tee(i32.subtract(left.get, i32.constant(1)))),
      v128.store(HERE, sums.get, sum.get),
      pass(sums, VECTOR_BYTES),
    ),
    pixels.tee(i32.subtract(pixels.get, i32.constant(1))),
  );
  return { name: "sumSamples", parameters: frame.parameters, locals: frame.locals, body };
}
