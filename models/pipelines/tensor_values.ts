import { concat } from "../../protocol/kernel/concat.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { PackedTensors, TensorValue } from "../../protocol/messages/finding.ts";
import { countOf, type Tensor } from "../tensor.ts";
import { bytesOfTensor } from "../tensor_bytes.ts";

/** An output of a model file. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** Significant decimal digits that restore exactly the same 32-bit float. */
const FLOAT_DIGITS = 9;
/** Bytes of a message that are reserved for everything except the tensors. */
const BESIDE_BYTES = 64 * 1024;
/** Smallest size of a number and its comma in JSON, in bytes. */
const NUMBER_BYTES_MIN = 2;

/**
 * Converts the outputs of a model file to the values that users receive. Throws `answer_too_large`
 * if they do not fit into one message.
 */
export function tensorValues(outputs: readonly NamedTensor[]): TensorValue[] {
  const count = outputs.reduce((sum, { tensor }) => sum + countOf(tensor.dims), 0);
  const roomBytes = LIMITS.tensorBytesMax - BESIDE_BYTES;
  if (count * NUMBER_BYTES_MIN > roomBytes) throw tooLarge(outputs);
  const values = outputs.map(({ name, tensor: { type, dims, data } }) => {
    if (type === "string") {
      throw new DmlError("tensor_invalid", `The output ${name} holds texts; ask for it by the protocol at /v2.`);
    }
    const numbers = data as Iterable<number | bigint>;
    return { name, type, dims: [...dims], data: Array.from(numbers, type === "float32" ? floatOf : numberOf) };
  });
  if (new TextEncoder().encode(JSON.stringify(values)).length > roomBytes) throw tooLarge(outputs);
  return values;
}

/**
 * Returns the outputs of a model file as their description and their bytes, one behind the other.
 * Throws `answer_too_large`.
 */
export function packOutputs(
  outputs: readonly NamedTensor[],
): { packed: PackedTensors; tensorBytes?: Uint8Array<ArrayBuffer> } {
  const parts = outputs.map(({ tensor }) => bytesOfTensor(tensor));
  const bytesMax = LIMITS.imageBytesMax;
  if (parts.reduce((sum, { length }) => sum + length, 0) > bytesMax) throw tooLarge(outputs, `${bytesMax} bytes`);
  const tensors = outputs.map(({ name, tensor: { type, dims } }, at) => ({
    name,
    type,
    dims: [...dims],
    size: parts[at].length,
  }));
  const tensorBytes = concat(parts);
  return tensorBytes.length === 0 ? { packed: { tensors } } : { packed: { tensors }, tensorBytes };
}

function floatOf(value: number | bigint): number | null {
  return Number.isFinite(value) ? Number(Number(value).toPrecision(FLOAT_DIGITS)) : null;
}

/**
 * Converts a number for JSON; null if it is not finite. Whole numbers beyond 2^53 lose digits, as
 * they would in most JSON parsers anyway.
 */
function numberOf(value: number | bigint): number | null {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function tooLarge(
  outputs: readonly NamedTensor[],
  room = `${LIMITS.tensorBytesMax - BESIDE_BYTES} bytes as JSON`,
): DmlError {
  const what = outputs.map(({ name, tensor: { type, dims } }) => `${name} ${type} ${dims.join("x") || "scalar"}`);
  return new DmlError(
    "answer_too_large",
    `The outputs do not fit into a response of ${room}: ${what.join(", ")}.`,
  );
}
