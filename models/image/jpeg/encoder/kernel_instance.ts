import {
  AC_CODES_OFFSET,
  BYTES_AT,
  CHROMINANCE_CODES_AT,
  CHROMINANCE_DIVISION_AT,
  DC_SYMBOLS_MAX,
  DIVISORS_OFFSET,
  FACTORS_OFFSET,
  LUMINANCE_CODES_AT,
  LUMINANCE_DIVISION_AT,
  MEMORY_BYTES,
  REMAINDERS_OFFSET,
  SCAN_ORDER_AT,
  ZIGZAG_AT,
} from "../../../kernels/jpeg_encoder/memory_map.ts";
import { PAGE_BYTES } from "../../../kernels/memory.ts";
import { ZIGZAG } from "../block.ts";
import type { HuffmanTable } from "../huffman_table.ts";
import { divisors, reciprocals, type TransformKind } from "./divisors.ts";
import { ENCODER_KERNEL, type EncoderKernel } from "./encoder_kernel.ts";
import { AC_CHROMINANCE, AC_LUMINANCE, codeEntries, DC_CHROMINANCE, DC_LUMINANCE } from "./huffman_codes.ts";
import type { QuantisationTables } from "./quantisation.ts";
import { scanOrder } from "./scan_order.ts";

const PAGES = Math.ceil(MEMORY_BYTES / PAGE_BYTES);

/** An instance of the kernel with its memory, which never grows. */
export class KernelInstance {
  readonly kernel: EncoderKernel;
  readonly memory: Uint8Array<ArrayBuffer>;

  constructor() {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    this.kernel = ENCODER_KERNEL.over(memory);
    this.memory = new Uint8Array(memory.buffer as ArrayBuffer);
    this.memory.set(ZIGZAG.map((at) => at * Int16Array.BYTES_PER_ELEMENT), ZIGZAG_AT);
    this.memory.set(scanOrder(), SCAN_ORDER_AT);
    this.#writeCodes(LUMINANCE_CODES_AT, { dc: DC_LUMINANCE, ac: AC_LUMINANCE });
    this.#writeCodes(CHROMINANCE_CODES_AT, { dc: DC_CHROMINANCE, ac: AC_CHROMINANCE });
  }

  /** Starts a picture: sets its transform and its two quantisation tables. */
  start({ luminance, chrominance }: QuantisationTables, kind: TransformKind): void {
    this.#writeDivision(LUMINANCE_DIVISION_AT, divisors(luminance, kind));
    this.#writeDivision(CHROMINANCE_DIVISION_AT, divisors(chrominance, kind));
    this.kernel.start(Number(kind === "accurate"));
  }

  /** Returns a copy of the first `count` bytes that the kernel produced for a tile. */
  written(count: number): Uint8Array<ArrayBuffer> {
    return this.memory.slice(BYTES_AT, BYTES_AT + count);
  }

  #writeCodes(at: number, { dc, ac }: { dc: HuffmanTable; ac: HuffmanTable }): void {
    this.#write(at, codeEntries(dc).subarray(0, DC_SYMBOLS_MAX));
    this.#write(at + AC_CODES_OFFSET, codeEntries(ac));
  }

  #writeDivision(at: number, divisorsOfBlock: readonly number[]): void {
    const division = reciprocals(divisorsOfBlock);
    this.#write(at + FACTORS_OFFSET, division.factors);
    this.#write(at + DIVISORS_OFFSET, division.divisors);
    this.#write(at + REMAINDERS_OFFSET, division.remaindersMax);
  }

  #write(at: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.memory.set(new Uint8Array(buffer, byteOffset, byteLength), at);
  }
}
