import { concat } from "../protocol/kernel/concat.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import type { NumberType, TensorType } from "../protocol/messages/finding.ts";
import type { RawInput } from "./manifest/tensor.ts";
import { countOf, type Tensor, TENSOR_ARRAYS, type TensorData } from "./tensor.ts";

/** Bytes of the length before each text. */
const LENGTH_BYTES = 4;

/** Returns the size of one number of this type, in bytes. */
export function bytesOfType(type: NumberType): number {
  return TENSOR_ARRAYS[type].BYTES_PER_ELEMENT;
}

/**
 * Creates a tensor from the little-endian bytes of its numbers, which are copied, or from those of
 * its texts, each behind its length. Throws `tensor_invalid` if their count does not match the type
 * and shape, if a boolean is neither 0 nor 1, or if a text is not UTF-8.
 */
export function tensorOfBytes(
  bytes: Uint8Array,
  { type, dims, what }: { type: TensorType; dims: readonly number[]; what: string },
): Tensor {
  if (type === "string") return { type, dims, data: textsOfBytes(bytes, { count: countOf(dims), what }) };
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

/** Returns the elements of a tensor as {@linkcode tensorOfBytes} reads them. */
export function bytesOfTensor({ type, data }: Tensor): Uint8Array {
  if (type === "string") return bytesOfTexts(data as readonly string[]);
  const { buffer, byteOffset, byteLength } = data as TensorData;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Returns each text as UTF-8 behind its length: BYTES of the Open Inference Protocol. */
export function bytesOfTexts(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return concat(texts.map((text) => bytesOfElement(encoder.encode(text))));
}

/** Returns one element of any length behind its length. */
export function bytesOfElement(element: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(LENGTH_BYTES + element.length);
  new DataView(bytes.buffer).setUint32(0, element.length, true);
  bytes.set(element, LENGTH_BYTES);
  return bytes;
}

/**
 * Splits texts, or other elements of any length, that each stand behind their length. Throws
 * `tensor_invalid` if there are not `count`.
 */
export function splitElements(bytes: Uint8Array, { count, what }: { count: number; what: string }): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const elements: Uint8Array[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= bytes.length && elements.length < count) {
    const start = at + LENGTH_BYTES;
    at = start + view.getUint32(at, true);
    if (at <= bytes.length) elements.push(bytes.subarray(start, at));
  }
  if (at === bytes.length && elements.length === count) return elements;
  throw new DmlError("tensor_invalid", `${what} does not hold ${count} elements, each behind its length.`);
}

function textsOfBytes(bytes: Uint8Array, options: { count: number; what: string }): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const elements = splitElements(bytes, options);
  try {
    return elements.map((element) => decoder.decode(element));
  } catch {
    throw new DmlError("tensor_invalid", `${options.what} holds a text that is not UTF-8.`);
  }
}

/**
 * Splits `body` into tensors that follow one another in the order of `inputs`. One length of all
 * inputs may be open (-1): it follows from the number of bytes. Throws `tensor_invalid` if the
 * bytes do not match the shapes, or if more than one length is open.
 */
export function splitTensors(body: Uint8Array, inputs: readonly RawInput[]): Tensor[] {
  if (!inputs.every(isOfNumbers)) {
    throw new DmlError("tensor_invalid", "Texts have no fixed size; send them by the protocol at /v2.");
  }
  const dims = resolveDims(body.length, inputs);
  let start = 0;
  return inputs.map(({ type, tensor }, at) => {
    const end = start + countOf(dims[at]) * bytesOfType(type);
    const part = body.subarray(start, end);
    start = end;
    return tensorOfBytes(part, { type, dims: dims[at], what: `The tensor ${tensor}` });
  });
}

/** An input of numbers. */
type NumberInput = RawInput & { readonly type: NumberType };

function isOfNumbers(input: RawInput): input is NumberInput {
  return input.type !== "string";
}

function resolveDims(byteCount: number, inputs: readonly NumberInput[]): number[][] {
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
