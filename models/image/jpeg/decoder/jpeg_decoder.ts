import { PAGE_BYTES } from "../../../kernels/memory.ts";
import { BLOCK_SIDE } from "../block.ts";
import type { Picture } from "../../picture.ts";
import type { PixelPool } from "../../pixel_pool.ts";
import { readBaselineJpeg } from "./baseline_jpeg.ts";
import { BlockList } from "./block_list.ts";
import { type DecoderKernel, openDecoderKernel } from "./decoder_kernel.ts";
import { layOut } from "./memory_map.ts";
import { PixelWriter } from "./pixel_writer.ts";
import { samplesOfBlocks, type ScaleDenominator } from "./reduced_size.ts";
import { ScanDecoder } from "./scan_decoder.ts";
import { ScanReader } from "./scan_reader.ts";

/** Minimum length of a block: one bit each for the DC code and the end-of-block code. */
const BLOCK_BITS_MIN = 2;
/**
 * Largest memory that is kept. WebAssembly memory never shrinks, so one that a huge file made
 * larger is dropped.
 */
const MEMORY_KEPT_BYTES = 16 * 1_024 * 1_024;

/**
 * Decoder of common JPEGs that uses the vector instructions of WebAssembly. Its pixels are
 * identical to those of libjpeg-turbo with default settings. It returns `null` for unusual and for
 * damaged files, which another decoder must judge.
 *
 * The scan is decoded to samples and then to pixels one row of MCUs at a time, so apart from the
 * file it needs memory for only a few rows.
 */
export class JpegDecoder {
  #opened: { readonly memory: WebAssembly.Memory; readonly kernel: DecoderKernel } | null = null;

  /** WebAssembly memory held at present, in bytes. */
  get memoryBytes(): number {
    return this.#opened?.memory.buffer.byteLength ?? 0;
  }

  /**
   * Decodes the picture as it is stored, in memory from `spare`, at its size divided by
   * `scaleDenominator` and rounded up: to the very pixels that libjpeg-turbo makes with this
   * scaling. Returns `null` if it is not plain, or not sound, or not decoded at this scale.
   */
  decode(
    bytes: Uint8Array,
    spare: PixelPool,
    { scaleDenominator = 1 }: { scaleDenominator?: ScaleDenominator } = {},
  ): Picture | null {
    const jpeg = readBaselineJpeg(bytes);
    const sides = jpeg && samplesOfBlocks(jpeg, scaleDenominator);
    if (jpeg === null || sides === null) return null;
    const { components, restartInterval, scanStart } = jpeg;
    const [width, height] = [jpeg.width, jpeg.height].map((side) => Math.ceil(side / scaleDenominator));
    const [mcuColumns, mcuRows] = [
      Math.ceil(jpeg.width / (components[0].across * BLOCK_SIDE)),
      Math.ceil(jpeg.height / (components[0].down * BLOCK_SIDE)),
    ];
    const streamBytes = bytes.length - scanStart;
    const mcuBlocks = components.reduce((sum, { across, down }) => sum + across * down, 0);
    // Checked first, so that no memory is allocated for a picture that cannot be in the file.
    if (mcuColumns * mcuRows * mcuBlocks * BLOCK_BITS_MIN > 8 * streamBytes) return null;
    const factors = components.map(({ across, down }, index) => ({ across, down, side: sides[index] }));
    const layout = layOut({ width, mcuColumns, factors, streamBytes });
    const { kernel, memory: { buffer: memory } } = this.#open(layout.bytes);
    const blocks = BlockList.write(jpeg, { planes: layout.planes, memory });
    if (blocks === null) return null;
    const reader = new ScanReader(bytes, { start: scanStart, streamEnd: layout.streamEnd, kernel, memory });
    const scan = new ScanDecoder(reader, { kernel, blocks, mcuColumns, restartInterval });
    const picture = { width, height, data: spare.take(width * height * 3) };
    const writer = new PixelWriter(picture, { kernel, layout, memory });
    let isSound = true;
    for (let row = 0; row < mcuRows && isSound; row++) {
      isSound = scan.decodeRow(row);
      if (isSound) writer.write(row);
    }
    isSound &&= scan.ends();
    if (this.memoryBytes > MEMORY_KEPT_BYTES) this.#opened = null;
    if (isSound) return picture;
    spare.release(picture);
    return null;
  }

  /** Returns the kernel with a memory of at least `bytes` bytes. */
  #open(bytes: number): { memory: WebAssembly.Memory; kernel: DecoderKernel } {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    if (this.#opened === null) {
      const memory = new WebAssembly.Memory({ initial: pages });
      this.#opened = { memory, kernel: openDecoderKernel(memory) };
    }
    const { memory } = this.#opened;
    const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
    if (missing > 0) memory.grow(missing);
    return this.#opened;
  }
}
