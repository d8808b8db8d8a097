import { DECODED } from "../../../kernels/jpeg_decoder/memory_map.ts";
import type { BlockList } from "./block_list.ts";
import type { DecoderKernel } from "./decoder_kernel.ts";
import type { ScanReader } from "./scan_reader.ts";

/** Decoder of the MCUs of a scan, row by row, with the restarts between them (T.81, F.2.1.3.1). */
export class ScanDecoder {
  readonly #kernel: DecoderKernel;
  readonly #reader: ScanReader;
  readonly #blocks: BlockList;
  readonly #mcuColumns: number;
  readonly #restartInterval: number;
  /** Number of MCUs until the next restart. */
  #left: number;

  constructor(
    reader: ScanReader,
    { kernel, blocks, mcuColumns, restartInterval }: {
      kernel: DecoderKernel;
      blocks: BlockList;
      mcuColumns: number;
      restartInterval: number;
    },
  ) {
    this.#kernel = kernel;
    this.#reader = reader;
    this.#blocks = blocks;
    this.#mcuColumns = mcuColumns;
    this.#restartInterval = restartInterval === 0 ? Infinity : restartInterval;
    this.#left = this.#restartInterval;
    this.#start();
  }

  /** Decodes the samples of row `mcuRow` of MCUs. Returns false if its bits are invalid. */
  decodeRow(mcuRow: number): boolean {
    this.#blocks.startRow(mcuRow);
    for (let rest = this.#mcuColumns; rest > 0;) {
      if (this.#left === 0 && !this.#restart()) return false;
      const count = Math.min(rest, this.#left);
      if (this.#kernel.decode(count, this.#blocks.end) !== DECODED) return false;
      rest -= count;
      this.#left -= count;
    }
    return true;
  }

  /** Returns true if the picture ends directly after its last MCU. */
  ends(): boolean {
    return this.#reader.ends();
  }

  #restart(): boolean {
    if (!this.#reader.restarts()) return false;
    this.#left = this.#restartInterval;
    this.#start();
    return true;
  }

  #start(): void {
    this.#reader.next();
    this.#blocks.forgetPredictors();
  }
}
