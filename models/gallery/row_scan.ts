import { invariant } from "../../protocol/kernel/invariant.ts";
import { KernelModule } from "../kernels/kernel_module.ts";
import bytes from "../kernels/gallery_scan.wasm" with { type: "bytes" };
import { quantise } from "./quantise.ts";
import { blockAddress, type RowLayout, rowLayout } from "./row_layout.ts";
import { ScanScratch } from "./scan_scratch.ts";
import { LENGTH_SLACK } from "./unit_length.ts";

/** The largest code of a query: 1,024 products of it with `CODE_MAX` add up to less than 2^31. */
export const QUERY_CODE_MAX = 8_191;

/**
 * More than all roundings of the kernel and of the exact similarity together: fewer than ten
 * operations in single precision on numbers below 2, each off by 2^-24 of them at most.
 */
const ROUNDING = 2e-6;

/** The functions of the kernel. */
interface ScanFunctions {
  /**
   * Answers in the scratch for each of the first `rowCount` rows of a block, with `dot` the dot
   * product of its codes and the query's: `dot x scale x queryScale + error x errorFactor + slack`.
   * Rows are looked at four by four: up to three answers behind the last one asked for have no
   * meaning.
   */
  scan(
    ...parameters: [
      block: number,
      codeBytes: number,
      rowCount: number,
      scratch: number,
      queryScale: number,
      errorFactor: number,
      slack: number,
    ]
  ): void;
}

const MODULE = new KernelModule<ScanFunctions>(bytes);

/**
 * Finds quickly which rows cannot be near an embedding. With a row `r = s c + d`, where `c` are its
 * codes, `s` its scale and the length of `d` at most its error `e`, and the embedding `x = t k + f`
 * likewise, `r x = s t (c k) + d x + s c f`. By Cauchy and Schwarz `d x` is at most `e |x|`, and `s
 * c f` at most `(|r| + e) |f|`. So `s t (c k) + e (|x| + |f|) + |r| |f|` is no less than the
 * similarity, and its main part is a dot product of small whole numbers.
 */
export class RowScan {
  readonly #memory: WebAssembly.Memory;
  readonly #layout: RowLayout;
  readonly #functions: ScanFunctions;
  #scratch: ScanScratch | null = null;
  #aim = { scale: 0, errorFactor: 0, slack: 0 };

  /** Scans the rows of a gallery in `memory`. */
  constructor({ memory, dimensions }: { memory: WebAssembly.Memory; dimensions: number }) {
    this.#memory = memory;
    this.#layout = rowLayout(dimensions);
    this.#functions = MODULE.over(memory);
  }

  /**
   * Makes the answers that follow about `embedding`, which is of length one, until {@linkcode rest}
   * is called. Returns false if too many others are scanning this gallery: then there are no
   * answers.
   */
  aim(embedding: Float32Array): boolean {
    this.#scratch ??= ScanScratch.take(this.#memory);
    if (this.#scratch === null) return false;
    const { scale, error } = quantise(embedding, { codes: this.#scratch.query, codeMax: QUERY_CODE_MAX });
    const lengthMax = 1 + LENGTH_SLACK;
    this.#aim = { scale, errorFactor: lengthMax + error, slack: lengthMax * error + ROUNDING };
    return true;
  }

  /**
   * Returns what the similarity of each of the first `rowCount` rows of `block` (at least one)
   * cannot exceed, and what none of them exceeds. Both hold until the next call.
   */
  look(block: number, rowCount: number): { similaritiesMax: Float32Array; greatest: number } {
    const scratch = this.#scratch;
    invariant(scratch !== null, "a scan looks for the embedding that it was aimed at");
    const { scale, errorFactor, slack } = this.#aim;
    const { codeBytes } = this.#layout;
    const address = blockAddress(this.#layout, block);
    this.#functions.scan(address, codeBytes, rowCount, scratch.address, scale, errorFactor, slack);
    return { similaritiesMax: scratch.answers, greatest: Math.max(...scratch.greatest) };
  }

  /** Ends the answers about the last embedding, so that others can scan. */
  rest(): void {
    this.#scratch?.release();
    this.#scratch = null;
  }
}
