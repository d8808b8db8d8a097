import { tensorOfBytes } from "../../models/tensor_bytes.ts";
import type { CaseTensor } from "./onnx_cases.ts";

/**
 * Returns what differs between two lists of outputs; `null` if nothing does. Numbers are compared
 * exactly, all kinds of NaN are the same.
 */
export function differenceOf(found: readonly CaseTensor[], wanted: readonly CaseTensor[]): string | null {
  if (found.length !== wanted.length) return `${found.length} outputs, not ${wanted.length}`;
  for (const [at, one] of found.entries()) {
    const other = wanted[at];
    if (one.type !== other.type) return `${one.type}, not ${other.type}`;
    if (one.dims.join() !== other.dims.join()) return `shape ${one.dims.join("x")}, not ${other.dims.join("x")}`;
    const [values, others] = [one, other].map(({ bytes, type, dims, name }) =>
      tensorOfBytes(bytes, { type, dims, what: name }).data
    );
    for (let index = 0; index < values.length; index++) {
      if (!isSame(values[index], others[index])) return `${values[index]}, not ${others[index]}`;
    }
  }
  return null;
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || Object.is(one, other);
}
