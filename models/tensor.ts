import type { TensorType } from "../protocol/messages/finding.ts";

/** How numbers of each type are kept; `bool` as bytes of 0 and 1. */
export const TENSOR_ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<TensorType, unknown>;

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** Numbers in row-major order and the shape that they have. */
export interface Tensor {
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** A float tensor; throws when `data` does not fill `dims`. */
export function floatTensor(
  data: Float32Array,
  dims: readonly number[],
): Tensor {
  const count = countOf(dims);
  if (count !== data.length) {
    throw new RangeError(
      `${data.length} numbers do not fill a tensor of ${dims.join("x")}`,
    );
  }
  return { type: "float32", dims, data };
}

/** How many numbers a tensor of these dims has. */
export function countOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** The numbers of a tensor as floats; the very array where they are that already. Whole numbers past 2^24 lose digits. */
export function floatsOf({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  return Float32Array.from(data as Iterable<number | bigint>, Number);
}

/** One loaded model file, ready to run. The port of every inference engine. */
export interface ModelSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs the model file. Throws `engine_failed` when it refuses the input. */
  run(
    inputs: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  /** Gives the model file's memory back to the engine. */
  release(): Promise<void>;
}
