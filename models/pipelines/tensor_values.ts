import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { TensorValue } from "../../protocol/messages/finding.ts";
import { countOf, type Tensor } from "../tensor.ts";

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
export function tensorValues(outputs: readonly { readonly name: string; readonly tensor: Tensor }[]): TensorValue[] {
  const count = outputs.reduce((sum, { tensor }) => sum + countOf(tensor.dims), 0);
  const roomBytes = LIMITS.tensorBytesMax - BESIDE_BYTES;
  if (count * NUMBER_BYTES_MIN > roomBytes) throw tooLarge(outputs);
  const values = outputs.map(({ name, tensor: { type, dims, data } }) => ({
    name,
    type,
    dims: [...dims],
    data: Array.from(data, type === "float32" ? floatOf : numberOf),
  }));
  if (new TextEncoder().encode(JSON.stringify(values)).length > roomBytes) throw tooLarge(outputs);
  return values;
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

function tooLarge(outputs: readonly { readonly name: string; readonly tensor: Tensor }[]): DmlError {
  const what = outputs.map(({ name, tensor: { type, dims } }) => `${name} ${type} ${dims.join("x") || "scalar"}`);
  return new DmlError(
    "answer_too_large",
    `The outputs do not fit into a response of ${LIMITS.tensorBytesMax - BESIDE_BYTES} bytes as JSON: ${
      what.join(", ")
    }.`,
  );
}
