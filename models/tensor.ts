/** Numbers in row-major order and the shape that they have. */
export interface Tensor {
  readonly type: "float32" | "int64" | "uint8";
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Uint8Array;
}

/** A float tensor; throws when `data` does not fill `dims`. */
export function floatTensor(
  data: Float32Array,
  dims: readonly number[],
): Tensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count !== data.length) {
    throw new RangeError(
      `${data.length} numbers do not fill a tensor of ${dims.join("x")}`,
    );
  }
  return { type: "float32", dims, data };
}

/** One loaded layer, ready to run. The port of every inference engine. */
export interface LayerSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs the layer. Throws `engine_failed` when it refuses the input. */
  run(
    inputs: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  /** Gives the layer's memory back to the engine. */
  release(): Promise<void>;
}
