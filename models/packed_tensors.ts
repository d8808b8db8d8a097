import { concat } from "../protocol/kernel/concat.ts";
import { DmlError } from "../protocol/kernel/errors.ts";
import { type PackedTensor, packedTensorSchema, TENSORS_MAX } from "../protocol/messages/finding.ts";
import { parseAs, z } from "../protocol/schema.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** `\x93DMLT`, and the version of the form. No picture and no .npy file begins so. */
const MAGIC = [0x93, 0x44, 0x4d, 0x4c, 0x54, 1] as const;
/** Size of the magic number and of the length of the head. */
const PRELUDE_BYTES = MAGIC.length + 4;
const HEAD_BYTES_MAX = 256 * 1024;

/** The head: the tensors, in the order of their bytes, and the outputs that are wanted. */
const headSchema = z.strictObject({
  tensors: z.array(packedTensorSchema).max(TENSORS_MAX),
  /** Absent for all outputs. */
  outputs: z.array(packedTensorSchema.shape.name).max(TENSORS_MAX).optional(),
});

/** A tensor as the bytes of its numbers, little-endian and in row-major order. */
export interface TensorBytes extends Omit<PackedTensor, "size" | "dims"> {
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** The input of a model that takes tensors, in one piece of memory. */
export interface PackedInput {
  readonly tensors: readonly TensorBytes[];
  /** Names of the outputs to return; absent for all. */
  readonly outputs?: readonly string[];
}

/** Returns true if `bytes` begin as {@linkcode packInput} begins. */
export function isPackedInput(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/**
 * Packs tensors: magic number, length of the head as four little-endian bytes, the head as JSON,
 * and the bytes of the tensors. Throws `tensor_invalid` if there are too many, or too long names.
 */
export function packInput({ tensors, outputs }: PackedInput): Bytes {
  const described = tensors.map(({ bytes, ...tensor }) => ({ ...tensor, size: bytes.length }));
  const head = { tensors: described, ...(outputs === undefined ? {} : { outputs }) };
  parseAs(headSchema, head, { what: "The input", code: "tensor_invalid" });
  const json = new TextEncoder().encode(JSON.stringify(head));
  if (json.length > HEAD_BYTES_MAX) throw damaged("its tensors have too long names");
  const prelude = new Uint8Array(PRELUDE_BYTES);
  prelude.set(MAGIC);
  new DataView(prelude.buffer).setUint32(MAGIC.length, json.length, true);
  return concat([prelude, json, ...tensors.map(({ bytes }) => bytes)]);
}

/**
 * Reads what {@linkcode packInput} wrote; the tensors are views of `bytes`. Throws `tensor_invalid`
 * if it is damaged.
 */
export function unpackInput(bytes: Bytes): PackedInput {
  if (!isPackedInput(bytes) || bytes.length < PRELUDE_BYTES) throw damaged("it is cut short");
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(MAGIC.length, true);
  let start = PRELUDE_BYTES + length;
  if (length > HEAD_BYTES_MAX || start > bytes.length) throw damaged("it is cut short");
  const head = parseAs(headSchema, jsonIn(bytes.subarray(PRELUDE_BYTES, start)), {
    what: "The head of the input",
    code: "tensor_invalid",
  });
  const tensors = head.tensors.map(({ size, ...tensor }) => {
    const part = bytes.subarray(start, start + size);
    if (part.length !== size) throw damaged("it is cut short");
    start += size;
    return { ...tensor, bytes: part };
  });
  if (start !== bytes.length) throw damaged("it is longer than its tensors");
  return { ...head, tensors };
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw damaged("its head is not JSON");
  }
}

function damaged(reason: string): DmlError {
  return new DmlError("tensor_invalid", `The input cannot be read: ${reason}.`);
}
