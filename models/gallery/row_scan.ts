import { invariant } from "../../protocol/kernel/invariant.ts";
import { KernelModule } from "../kernels/kernel_module.ts";
import bytes from "../kernels/gallery_scan.wasm" with { type: "bytes" };
import { quantise } from "./quantise.ts";
import { blockAddress, type RowLayout, rowLayout } from "./row_layout.ts";
import { ScanScratch } from "./scan_scratch.ts";
import { LENGTH_SLACK } from "./unit_length.ts";

/** Largest code of a query: 1,024 products of it with `CODE_MAX` add up to less than 2^31. */
export const QUERY_CODE_MAX = 8_191;

/**
 * Upper bound of all rounding errors of the kernel and of the exact similarity together: fewer than
 * ten single-precision operations on numbers below 2, each with an error of at most 2^-24 of them.
 */
const ROUNDING = 2e-6;

/** Functions of the kernel. */
interface ScanFunctions {
  /**
   * Writes a result for each of the first `rowCount` rows of a block to the scratch memory: `dot x
   * scale x queryScale + error x errorFactor + slack`, where `dot` is the dot product of the codes
   * of the row and of the query. Rows are processed in groups of four: up to three results after
   * the last requested one are meaningless.
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
 * Finds quickly which rows cannot be near an embedding. Let a row be `r = s c + d`, where `c` are
 * its codes, `s` is its scale and the length of `d` is at most its error `e`, and let the embedding
 * be `x = t k + f` likewise. Then `r x = s t (c k) + d x + s c f`. By Cauchy and Schwarz `d x` is
 * at most `e |x|`, and `s c f` at most `(|r| + e) |f|`. So `s t (c k) + e (|x| + |f|) + |r| |f|` is
 * an upper bound of the similarity, and its main part is a dot product of small integers.
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
   * Sets the embedding, which has length one, for the following calls of {@linkcode
   * similarityBounds}, until {@linkcode rest} is called. Returns false if too many other scans of
   * this gallery are in progress; there are no bounds then.
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
   * Returns an upper bound of the similarity of each of the first `rowCount` rows of `block` (at
   * least one), and the greatest of these bounds. Both are valid until the next call.
   */
  similarityBounds(block: number, rowCount: number): { similaritiesMax: Float32Array; greatest: number } {
    const scratch = this.#scratch;
    invariant(scratch !== null, "a scan looks for the embedding that it was aimed at");
    const { scale, errorFactor, slack } = this.#aim;
    const { codeBytes } = this.#layout;
    const address = blockAddress(this.#layout, block);
    this.#functions.scan(address, codeBytes, rowCount, scratch.address, scale, errorFactor, slack);
    return { similaritiesMax: scratch.answers, greatest: Math.max(...scratch.greatest) };
  }

  /** Ends the scan, so that others can use its scratch memory. */
  rest(): void {
    this.#scratch?.release();
    this.#scratch = null;
  }
}
