import { IMPORT_MODULE } from "../../../wasm/module.ts";
import { ZIGZAG } from "../block.ts";
import { divisors, reciprocals, type TransformKind } from "./divisors.ts";
import { type EncoderKernel, encoderKernelModule, MEMORY_NAME } from "./encoder_kernel.ts";
import { codeEntries } from "./entropy_coding.ts";
import { AC_CHROMINANCE, AC_LUMINANCE, DC_CHROMINANCE, DC_LUMINANCE } from "./huffman_codes.ts";
import {
  AC_CODES_OFFSET,
  BYTES_AT,
  CODES_AT,
  CONSTANTS_AT,
  DC_SYMBOLS_MAX,
  DIVISIONS_AT,
  DIVISORS_OFFSET,
  FACTORS_OFFSET,
  PAGES,
  PENDING_AT,
  REMAINDERS_OFFSET,
  WORDS_AT,
  WORDS_END_AT,
  ZIGZAG_AT,
} from "./memory_map.ts";
import type { QuantisationTables } from "./quantisation.ts";

/** Compiled once a thread, and only for the transforms that are asked for. */
const compiled = new Map<TransformKind, { module: WebAssembly.Module; constants: Uint8Array }>();

/** The kernel for one transform with its memory, which never grows. */
export class KernelInstance {
  readonly kernel: EncoderKernel;
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly #kind: TransformKind;

  constructor(kind: TransformKind) {
    const { module, constants } = compiledFor(kind);
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    const { exports } = new WebAssembly.Instance(module, { [IMPORT_MODULE]: { [MEMORY_NAME]: memory } });
    this.#kind = kind;
    this.kernel = exports as unknown as EncoderKernel;
    this.memory = new Uint8Array(memory.buffer as ArrayBuffer);
    this.memory.set(constants, CONSTANTS_AT);
    this.memory.set(ZIGZAG.map((at) => at * Int16Array.BYTES_PER_ELEMENT), ZIGZAG_AT);
    [[DC_LUMINANCE, AC_LUMINANCE], [DC_CHROMINANCE, AC_CHROMINANCE]].forEach(([dc, ac], index) => {
      this.#write(CODES_AT[index], codeEntries(dc).subarray(0, DC_SYMBOLS_MAX));
      this.#write(CODES_AT[index] + AC_CODES_OFFSET, codeEntries(ac));
    });
  }

  /** Begins a picture: nothing is written yet, nothing predicted. */
  start({ luminance, chrominance }: QuantisationTables): void {
    this.memory.fill(0, PENDING_AT, ZIGZAG_AT);
    this.#write(WORDS_END_AT, Int32Array.of(WORDS_AT));
    [luminance, chrominance].forEach((table, index) => {
      const division = reciprocals(divisors(table, this.#kind));
      this.#write(DIVISIONS_AT[index] + FACTORS_OFFSET, division.factors);
      this.#write(DIVISIONS_AT[index] + DIVISORS_OFFSET, division.divisors);
      this.#write(DIVISIONS_AT[index] + REMAINDERS_OFFSET, division.remaindersMax);
    });
  }

  /** A copy of the first `count` bytes that the kernel made of a tile. */
  written(count: number): Uint8Array<ArrayBuffer> {
    return this.memory.slice(BYTES_AT, BYTES_AT + count);
  }

  #write(at: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.memory.set(new Uint8Array(buffer, byteOffset, byteLength), at);
  }
}

function compiledFor(kind: TransformKind) {
  let present = compiled.get(kind);
  if (present === undefined) {
    const { bytes, constants } = encoderKernelModule(kind);
    present = { module: new WebAssembly.Module(bytes), constants };
    compiled.set(kind, present);
  }
  return present;
}
