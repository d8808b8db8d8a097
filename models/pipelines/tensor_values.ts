import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { TensorValue } from "../../protocol/messages/finding.ts";
import { countOf, type Tensor } from "../tensor.ts";

/** Digits from which the very same 32-bit float comes back. */
const FLOAT_DIGITS = 9;
/** What is left in a message for all that is beside the tensors. */
const BESIDE_BYTES = 64 * 1024;
/** A number and its comma take at least this. */
const NUMBER_BYTES_MIN = 2;

/** The outputs of a model file as users get them. Throws `answer_too_large` when they do not fit into one message. */
export function tensorValues(outputs: readonly { readonly name: string; readonly tensor: Tensor }[]): TensorValue[] {
  const count = outputs.reduce((sum, { tensor }) => sum + countOf(tensor.dims), 0);
  const roomBytes = LIMITS.frameBytesMax - BESIDE_BYTES;
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

/** Whole numbers past 2^53 lose digits, as JSON readers would have them do anyway. */
function numberOf(value: number | bigint): number | null {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function tooLarge(outputs: readonly { readonly name: string; readonly tensor: Tensor }[]): DmlError {
  const what = outputs.map(({ name, tensor: { type, dims } }) => `${name} ${type} ${dims.join("x") || "scalar"}`);
  return new DmlError(
    "answer_too_large",
    `The outputs do not fit into an answer of ${LIMITS.frameBytesMax - BESIDE_BYTES} bytes as JSON: ${
      what.join(", ")
    }.`,
  );
}
