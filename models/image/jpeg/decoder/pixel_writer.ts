import { PIXELS_AT_ONCE } from "../../../kernels/jpeg_decoder/memory_map.ts";
import { SAMPLE_CENTRE } from "../block.ts";
import type { DecoderKernel } from "./decoder_kernel.ts";
import { type Layout, type Plane, ROWS_KEPT } from "./memory_map.ts";

const PIXEL_BYTES = 3;
/**
 * Rounding terms of the triangle filter, in sixteenths, for the left and the right of two pixels;
 * jdsample.c alternates them in this way.
 */
const ROUNDING = { bothHalved: [8, 7], acrossHalved: [4, 8] } as const;

/**
 * Converts samples to the pixels of a picture, as soon as all samples that a pixel depends on are
 * decoded.
 */
export class PixelWriter {
  readonly #kernel: DecoderKernel;
  readonly #layout: Layout;
  readonly #samples: Uint8Array;
  readonly #width: number;
  readonly #height: number;
  readonly #target: Uint8Array;
  /** True if chroma has half the samples of luma across, and down: then it is interpolated. */
  readonly #isHalvedAcross: boolean;
  readonly #isHalvedDown: boolean;
  /** The number of rows of pixels that are written. */
  #written = 0;

  constructor(
    { width, height, data }: { width: number; height: number; data: Uint8Array },
    { kernel, layout, memory }: { kernel: DecoderKernel; layout: Layout; memory: ArrayBufferLike },
  ) {
    this.#kernel = kernel;
    this.#layout = layout;
    this.#samples = new Uint8Array(memory);
    this.#width = width;
    this.#height = height;
    this.#target = data;
    const [luma, chroma = luma] = layout.planes;
    this.#isHalvedAcross = chroma.across * chroma.side < luma.across * luma.side;
    this.#isHalvedDown = chroma.down * chroma.side < luma.down * luma.side;
    if (layout.planes.length === 1) {
      this.#samples.fill(SAMPLE_CENTRE, layout.neutralAt, layout.neutralAt + layout.neutralBytes);
    }
  }

  /** Writes the pixels that became complete with the samples of row `mcuRow` of MCUs. */
  write(mcuRow: number): void {
    const [{ down, side }, ...chroma] = this.#layout.planes;
    if (this.#isHalvedAcross) { for (const plane of chroma) this.#extendRows(plane, mcuRow); }
    const decoded = (mcuRow + 1) * down * side;
    // The last row needs the chroma of the next one, unless the picture ends here.
    const end = decoded >= this.#height ? this.#height : decoded - (this.#isHalvedDown ? 1 : 0);
    const rowBytes = this.#width * PIXEL_BYTES;
    const start = this.#written;
    for (let row = start; row < end; row++) this.#convert(row, this.#layout.pixelsAt + (row - start) * rowBytes);
    const pixels = this.#samples.subarray(this.#layout.pixelsAt, this.#layout.pixelsAt + (end - start) * rowBytes);
    this.#target.set(pixels, start * rowBytes);
    this.#written = end;
  }

  #convert(row: number, target: number): void {
    const [luma, cb, cr] = this.#layout.planes;
    const groups = Math.ceil(this.#width / PIXELS_AT_ONCE);
    const lumaAt = sampleRowAt(luma, row);
    if (cb === undefined) {
      const { neutralAt } = this.#layout;
      this.#kernel.wholeRow(lumaAt, neutralAt, neutralAt, target, groups);
    } else if (!this.#isHalvedAcross) {
      this.#kernel.wholeRow(lumaAt, sampleRowAt(cb, row), sampleRowAt(cr, row), target, groups);
    } else {
      const [near, far] = this.#isHalvedDown ? this.#chromaRows(row) : [row, row];
      const [left, right] = this.#isHalvedDown ? ROUNDING.bothHalved : ROUNDING.acrossHalved;
      const [cbNear, cbFar, crNear, crFar] = [cb, cr].flatMap((plane) => [
        sampleRowAt(plane, near),
        sampleRowAt(plane, far),
      ]);
      this.#kernel.halvedRow(lumaAt, cbNear, cbFar, crNear, crFar, target, groups, left, right);
    }
  }

  /**
   * Returns the chroma row of a pixel row and its nearer neighbour; at the first and the last row
   * of the picture the row itself takes the place of the neighbour.
   */
  #chromaRows(row: number): [number, number] {
    const near = row >> 1;
    const last = Math.ceil(this.#height / 2) - 1;
    return [near, row % 2 === 0 ? Math.max(near - 1, 0) : Math.min(near + 1, last)];
  }

  /** Repeats the first and the last sample of each row in the padding beside the picture. */
  #extendRows(plane: Plane, mcuRow: number): void {
    const width = Math.ceil(this.#width / 2);
    for (let row = 0; row < plane.down * plane.side; row++) {
      const at = sampleRowAt(plane, mcuRow * plane.down * plane.side + row);
      this.#samples[at - 1] = this.#samples[at];
      this.#samples[at + width] = this.#samples[at + width - 1];
    }
  }
}

function sampleRowAt({ at, stride, down, side }: Plane, row: number): number {
  return at + row % (ROWS_KEPT * down * side) * stride;
}
