import { quantise } from "./quantise.ts";
import { type RowLayout, rowLayout, ROWS_AT_ONCE, ROWS_PER_BLOCK } from "./row_layout.ts";
import {
  ANSWERS_AT,
  GREATEST_AT,
  QUERY_AT,
  QUERY_CODE_MAX,
  type ScanKernel,
  scanKernelModule,
  SCRATCH_PAGES,
} from "./scan_kernel.ts";
import { LENGTH_SLACK } from "./unit_length.ts";
import { IMPORT_MODULE } from "../wasm/module.ts";

/**
 * More than all roundings of the kernel and of the exact similarity together: fewer than ten operations in single precision on
 * numbers below 2, each off by 2^-24 of them at most.
 */
const ROUNDING = 2e-6;

/** Compiled once a thread and a number of dimensions, because every version of a gallery opens a reader; null where it cannot be. */
const compiled = new Map<number, WebAssembly.Module | null>();

/**
 * Finds quickly which rows cannot be near an embedding. With a row `r = s c + d`, where `c` are its codes, `s` its scale and the
 * length of `d` at most its error `e`, and the embedding `x = t k + f` likewise, `r x = s t (c k) + d x + s c f`. By Cauchy and
 * Schwarz `d x` is at most `e |x|`, and `s c f` at most `(|r| + e) |f|`. So `s t (c k) + e (|x| + |f|) + |r| |f|` is no less than the
 * similarity, and its main part is a dot product of small whole numbers.
 */
export class RowScan {
  readonly #layout: RowLayout;
  readonly #kernel: ScanKernel;
  readonly #query: Int16Array;
  readonly #answers: Float32Array;
  readonly #greatest: Float32Array;
  #aim = { scale: 0, errorFactor: 0, slack: 0 };

  private constructor(layout: RowLayout, kernel: ScanKernel, scratch: WebAssembly.Memory) {
    this.#layout = layout;
    this.#kernel = kernel;
    this.#query = new Int16Array(scratch.buffer, QUERY_AT, layout.dimensions);
    this.#answers = new Float32Array(scratch.buffer, ANSWERS_AT, ROWS_PER_BLOCK);
    this.#greatest = new Float32Array(scratch.buffer, GREATEST_AT, ROWS_AT_ONCE);
  }

  /** A scan of the rows in `memory`, or null where WebAssembly lacks what it needs (vectors, several memories). */
  static open({ memory, dimensions }: { memory: WebAssembly.Memory; dimensions: number }): RowScan | null {
    const layout = rowLayout(dimensions);
    const module = compiledFor(layout);
    if (module === null) return null;
    const scratch = new WebAssembly.Memory({ initial: SCRATCH_PAGES });
    const { exports } = new WebAssembly.Instance(module, { [IMPORT_MODULE]: { gallery: memory, scratch } });
    return new RowScan(layout, exports as unknown as ScanKernel, scratch);
  }

  /** The embedding, of length one, that the following answers are about. */
  aim(embedding: Float32Array): void {
    const { scale, error } = quantise(embedding, { codes: this.#query, codeMax: QUERY_CODE_MAX });
    const lengthMax = 1 + LENGTH_SLACK;
    this.#aim = { scale, errorFactor: lengthMax + error, slack: lengthMax * error + ROUNDING };
  }

  /**
   * What the similarity of each of the first `rowCount` rows of `block` (at least one) cannot exceed, and what none of them
   * exceeds. Good until the next call.
   */
  look(block: number, rowCount: number): { similaritiesMax: Float32Array; greatest: number } {
    const { scale, errorFactor, slack } = this.#aim;
    this.#kernel.scan(block * this.#layout.blockBytes, rowCount, scale, errorFactor, slack);
    return { similaritiesMax: this.#answers, greatest: Math.max(...this.#greatest) };
  }
}

function compiledFor(layout: RowLayout): WebAssembly.Module | null {
  const present = compiled.get(layout.dimensions);
  if (present !== undefined) return present;
  const bytes = scanKernelModule(layout);
  const module = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  compiled.set(layout.dimensions, module);
  return module;
}
