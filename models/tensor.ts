import type { NumberType, TensorType } from "../protocol/messages/finding.ts";

/** Typed array that holds the numbers of each type; `bool` is stored as bytes of 0 and 1. */
export const TENSOR_ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<NumberType, unknown>;

export type TensorData =
  | Float32Array
  | Float64Array
  | Float16Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** Numbers or texts in row-major order, and their shape. */
export interface Tensor {
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: TensorData | readonly string[];
}

/** Creates a float tensor. Throws a `RangeError` if `data` does not fill `dims`. */
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

/** Returns the number of elements of a tensor with these dimensions. */
export function countOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * Returns the numbers of a tensor as 32-bit floats: the same array if it already holds floats, else
 * a copy. Whole numbers beyond 2^24 lose digits.
 */
export function floatsOf({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  return Float32Array.from(data as Iterable<number | bigint>, Number);
}

/** One loaded model file, ready to run: the port that every inference engine implements. */
export interface ModelSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs the model file. Throws `engine_failed` if it refuses the inputs. */
  run(
    inputs: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  /** Frees the engine's memory of the model file. */
  release(): Promise<void>;
}
