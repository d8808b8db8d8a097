import { DmlError } from "../../protocol/kernel/errors.ts";
import type { RawInput } from "../manifest/tensor.ts";
import type { TensorBytes } from "../packed_tensors.ts";
import { countOf, type Tensor, type TensorData } from "../tensor.ts";
import { bytesOfType, describe, tensorOfBytes } from "../tensor_bytes.ts";

/** Largest number of elements that an input is made with, just to run a model file. */
const MADE_ELEMENTS_MAX = 16 * 1024 * 1024;

/**
 * Returns the tensors of a request in the order of `inputs`. Throws `tensor_invalid` if one is
 * missing, unknown, given twice, or has another type or shape.
 */
export function inOrder(given: readonly TensorBytes[], inputs: readonly RawInput[]): TensorBytes[] {
  const wanted = inputs.map(({ tensor }) => tensor).join(", ") || "no tensor";
  const byName = new Map(given.map((tensor) => [tensor.name, tensor]));
  if (byName.size < given.length) throw new DmlError("tensor_invalid", "A tensor is given twice.");
  for (const name of byName.keys()) {
    if (inputs.some(({ tensor }) => tensor === name)) continue;
    throw new DmlError("tensor_invalid", `The model has no input ${name}; it takes ${wanted}.`);
  }
  return inputs.map((input) => {
    const found = byName.get(input.tensor);
    if (found === undefined) {
      throw new DmlError("tensor_invalid", `The input ${input.tensor} is missing; the model takes ${wanted}.`);
    }
    if (fits(found, input)) return found;
    const shape = `${found.type} ${found.dims.join("x") || "scalar"}`;
    throw new DmlError("tensor_invalid", `The input ${input.tensor} is ${shape}, not ${describe([input])}.`);
  });
}

/** Makes the inputs of a model file of a request; throws as {@linkcode inOrder} does. */
export function feedsOf(given: readonly TensorBytes[], inputs: readonly RawInput[]): Tensor[] {
  return inOrder(given, inputs).map(({ name, type, dims, bytes }) =>
    tensorOfBytes(bytes, { type, dims, what: `The tensor ${name}` })
  );
}

/** Returns true if a tensor has the type of `input`, and its shape as far as that is fixed. */
export function fits({ type, dims }: Pick<Tensor, "type" | "dims">, input: RawInput): boolean {
  return type === input.type && dims.length === input.dims.length &&
    input.dims.every((dim, axis) => dim === -1 || dim === dims[axis]);
}

/**
 * Returns a tensor that most model files take as this input, whatever it stands for: of ones, which
 * are a length, a scale, a divisor and often an index, as zeros are not; open lengths become one.
 * `null` if it would take much memory.
 */
export function madeInput({ tensor: name, type, dims: wanted }: RawInput): Tensor | null {
  const dims = wanted.map((dim) => dim === -1 ? 1 : dim);
  const count = countOf(dims);
  if (count > MADE_ELEMENTS_MAX) return null;
  if (type === "string") return { type, dims, data: new Array<string>(count).fill("1") };
  const { data, ...tensor } = tensorOfBytes(new Uint8Array(count * bytesOfType(type)), { type, dims, what: name });
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(1n);
  else (data as Exclude<TensorData, BigInt64Array | BigUint64Array>).fill(1);
  return { ...tensor, data };
}
