import type { ConstantPool } from "../../../wasm/constant_pool.ts";
import type { Frame, Variable } from "../../../wasm/frame.ts";
import { type Code, i16x8, i32, i32x4, i8x16, sequence, v128 } from "../../../wasm/instructions.ts";
import { interleaveHigh, interleaveLow } from "../../../wasm/interleave.ts";

/** Eight pixels: luma 0..255, chroma less 128. */
export interface YccPixels {
  readonly y: Code;
  readonly cb: Variable;
  readonly cr: Variable;
}

/** Pixels that are written at once. */
export const PIXELS_AT_ONCE = 16;
const PIXEL_BYTES = 3;
/** Four pixels of four bytes to four of three. */
const WITHOUT_FOURTH = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80];

/**
 * Y, Cb, Cr to R, G, B as jdcolor.c does it with 16 bits behind the point: `R = Y + 1.402 Cr`, `B = Y + 1.772 Cb`,
 * `G = Y - 0.34414 Cb - 0.71414 Cr`, each sum of products rounded once. A factor has to be below 1 here: what is whole is added. With
 * 15 bits in place of 16 the products of red and blue round the same for all 256 values.
 */
export class ColourConversion {
  readonly #pool: ConstantPool;
  readonly #y: Variable;
  readonly #colours: readonly (readonly [Variable, Variable])[];
  readonly #channels: readonly Variable[];
  readonly #pairs: readonly Variable[];

  constructor(frame: Frame, pool: ConstantPool) {
    this.#pool = pool;
    this.#y = frame.local("v128");
    this.#colours = [0, 1, 2].map(() => [frame.local("v128"), frame.local("v128")]);
    this.#channels = frame.localList("v128", 3);
    this.#pairs = frame.localList("v128", 4);
  }

  /** Writes 16 pixels to `target`, and 4 bytes of nothing behind them. */
  write(target: Code, halves: readonly [YccPixels, YccPixels]): Code {
    const [red, green, blue] = this.#channels;
    const [low, high, lowBlue, highBlue] = this.#pairs;
    const four = (index: number, pixels: Code) =>
      v128.store(
        { memory: 0, offset: index * 4 * PIXEL_BYTES },
        target,
        i8x16.swizzle(pixels, this.#pool.i8x16(WITHOUT_FOURTH)),
      );
    return sequence(
      ...halves.map((pixels, half) => this.#convert(pixels, this.#colours.map((colour) => colour[half]))),
      ...this.#channels.map((channel, index) => {
        const [one, other] = this.#colours[index];
        return channel.set(i8x16.narrowI16x8Unsigned(one.get, other.get));
      }),
      low.set(interleaveLow(1, red.get, green.get)),
      high.set(interleaveHigh(1, red.get, green.get)),
      lowBlue.set(interleaveLow(1, blue.get, blue.get)),
      highBlue.set(interleaveHigh(1, blue.get, blue.get)),
      four(0, interleaveLow(2, low.get, lowBlue.get)),
      four(1, interleaveHigh(2, low.get, lowBlue.get)),
      four(2, interleaveLow(2, high.get, highBlue.get)),
      four(3, interleaveHigh(2, high.get, highBlue.get)),
    );
  }

  #convert({ y, cb, cr }: YccPixels, [red, green, blue]: readonly Variable[]): Code {
    const product = (chroma: Variable, factor: number) => i16x8.multiplyQ15(chroma.get, this.#pool.i16x8(factor));
    const twice = i16x8.add(cb.get, cb.get);
    const greens = [interleaveLow(2, cb.get, cr.get), interleaveHigh(2, cb.get, cr.get)].map((pairs) => {
      const sum = i32x4.dotI16x8(pairs, this.#pool.i16x8(-22_554, 65_536 - 46_802));
      return i32x4.shiftRightSigned(i32x4.add(sum, this.#pool.i32x4(1 << 15)), i32.constant(16));
    });
    return sequence(
      this.#y.set(y),
      red.set(i16x8.add(this.#y.get, i16x8.add(cr.get, product(cr, 13_173)))), // 0.402 x 2^15
      blue.set(i16x8.add(this.#y.get, i16x8.add(twice, product(cb, -7_471)))), // (1.772 - 2) x 2^15
      green.set(i16x8.add(i16x8.subtract(this.#y.get, cr.get), i16x8.narrowI32x4(greens[0], greens[1]))),
    );
  }
}
