import { DmlError } from "../protocol/kernel/errors.ts";
import type { TensorType } from "../protocol/messages/finding.ts";
import type { RawInput } from "./manifest/tensor.ts";
import { countOf, type Tensor, TENSOR_ARRAYS, type TensorData } from "./tensor.ts";

/** Returns the size of one number of this type, in bytes. */
export function bytesOfType(type: TensorType): number {
  return TENSOR_ARRAYS[type].BYTES_PER_ELEMENT;
}

/**
 * Creates a tensor from its little-endian bytes, which are copied. Throws `tensor_invalid` if their
 * count does not match the type and shape, or if a boolean is neither 0 nor 1.
 */
export function tensorOfBytes(
  bytes: Uint8Array,
  { type, dims, what }: { type: TensorType; dims: readonly number[]; what: string },
): Tensor {
  const wanted = countOf(dims) * bytesOfType(type);
  if (bytes.length !== wanted) {
    throw new DmlError(
      "tensor_invalid",
      `${what} holds ${bytes.length} bytes of numbers; ${type} ${dims.join("x") || "scalar"} needs ${wanted}.`,
    );
  }
  // The copy starts at an address that is aligned for every number type.
  const data: TensorData = new TENSOR_ARRAYS[type](bytes.slice().buffer);
  if (type === "bool" && bytes.some((byte) => byte > 1)) {
    throw new DmlError("tensor_invalid", `${what} has booleans that are neither 0 nor 1.`);
  }
  return { type, dims, data };
}

/**
 * Splits `body` into tensors that follow one another in the order of `inputs`. One length of all
 * inputs may be open (-1): it follows from the number of bytes. Throws `tensor_invalid` if the
 * bytes do not match the shapes, or if more than one length is open.
 */
export function splitTensors(body: Uint8Array, inputs: readonly RawInput[]): Tensor[] {
  const dims = resolveDims(body.length, inputs);
  let start = 0;
  return inputs.map(({ type, tensor }, at) => {
    const end = start + countOf(dims[at]) * bytesOfType(type);
    const part = body.subarray(start, end);
    start = end;
    return tensorOfBytes(part, { type, dims: dims[at], what: `The tensor ${tensor}` });
  });
}

function resolveDims(byteCount: number, inputs: readonly RawInput[]): number[][] {
  const open = inputs.flatMap(({ dims }) => dims.filter((dim) => dim === -1)).length;
  if (open > 1) {
    throw new DmlError("tensor_invalid", `${describe(inputs)} leaves more than one length open; send a .npy file.`);
  }
  const fixedBytes = inputs.filter(({ dims }) => !dims.includes(-1))
    .reduce((sum, { type, dims }) => sum + countOf(dims) * bytesOfType(type), 0);
  const restBytes = byteCount - fixedBytes;
  if (open === 0 && restBytes !== 0) throw uneven(byteCount, inputs);
  return inputs.map(({ type, dims }) => {
    if (!dims.includes(-1)) return [...dims];
    const length = restBytes / (-countOf(dims) * bytesOfType(type));
    if (!Number.isInteger(length) || length < 1) throw uneven(byteCount, inputs);
    return dims.map((dim) => dim === -1 ? length : dim);
  });
}

function uneven(byteCount: number, inputs: readonly RawInput[]): DmlError {
  return new DmlError("tensor_invalid", `${byteCount} bytes do not match ${describe(inputs)}.`);
}

/** Describes inputs for messages, for example `float32 1x3x224x224, then int64 1`. */
export function describe(inputs: readonly RawInput[]): string {
  return inputs.map(({ type, dims }) => `${type} ${dims.map((dim) => dim === -1 ? "N" : dim).join("x") || "scalar"}`)
    .join(", then ");
}
