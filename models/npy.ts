import { DmlError } from "../protocol/kernel/errors.ts";
import type { NumberType } from "../protocol/messages/finding.ts";
import { countOf, type Tensor } from "./tensor.ts";
import { tensorOfBytes } from "./tensor_bytes.ts";

/** `\x93NUMPY`. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
/** Size of the magic number and the two bytes of the version. */
const PRELUDE_BYTES = 8;
const HEADER_BYTES_MAX = 10_000;
const DIMS_MAX = 8;

/** Tensor types by numpy's descriptors of numbers in little-endian byte order. */
const TYPES: Readonly<Record<string, NumberType>> = {
  "<f4": "float32",
  "<f8": "float64",
  "<f2": "float16",
  "|i1": "int8",
  "<i2": "int16",
  "<i4": "int32",
  "<i8": "int64",
  "|u1": "uint8",
  "<u2": "uint16",
  "<u4": "uint32",
  "<u8": "uint64",
  "|b1": "bool",
};

/** Header as numpy writes it: a dictionary with exactly these three keys, in this order. */
const HEADER =
  /^\{'descr': '([^']{1,16})', 'fortran_order': (True|False), 'shape': \(((?:\d{1,10}, ?)*(?:\d{1,10})?,?)\),? ?\}[ ]*\n?$/;

/** Returns true if `bytes` begin with the magic number of a .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

/**
 * Reads the tensor in a .npy file
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3). Throws
 * `tensor_invalid` if the file is damaged, stored in column-major order, or of a type that tensors
 * do not have.
 */
export function readNpy(bytes: Uint8Array): Tensor {
  const major = bytes[MAGIC.length];
  const lengthBytes = major === 1 ? 2 : 4;
  const start = PRELUDE_BYTES + lengthBytes;
  if (!isNpy(bytes) || bytes.length < start) throw damaged("its header is cut short");
  if (!(major >= 1 && major <= 3)) throw damaged(`its format is version ${major}; versions 1 to 3 are supported`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = lengthBytes === 2 ? view.getUint16(PRELUDE_BYTES, true) : view.getUint32(PRELUDE_BYTES, true);
  if (length > HEADER_BYTES_MAX || start + length > bytes.length) throw damaged("its header is cut short");
  const found = HEADER.exec(new TextDecoder("latin1").decode(bytes.subarray(start, start + length)));
  if (found === null) throw damaged("its header does not describe a plain array");
  const [, descriptor, fortranOrder, shape] = found;
  const type = Object.hasOwn(TYPES, descriptor) ? TYPES[descriptor] : undefined;
  if (type === undefined) throw damaged(`its numbers are of type ${descriptor}, which dml does not support`);
  if (fortranOrder === "True") {
    throw damaged("it is stored in column-major order; save numpy.ascontiguousarray(x) instead");
  }
  const dims = shape.split(",").map((text) => text.trim()).filter((text) => text !== "").map(Number);
  if (dims.length > DIMS_MAX || !Number.isSafeInteger(countOf(dims))) throw damaged("its shape is too large");
  return tensorOfBytes(bytes.subarray(start + length), { type, dims, what: "The .npy file" });
}

function damaged(reason: string): DmlError {
  return new DmlError("tensor_invalid", `The .npy file cannot be read: ${reason}.`);
}
