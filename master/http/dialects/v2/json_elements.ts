/** The elements of a tensor as JSON, and back. */
import type { NumberType, TensorType } from "../../../../protocol/messages/finding.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { countOf, type Tensor, TENSOR_ARRAYS } from "../../../../models/tensor.ts";
import { bytesOfTexts } from "../../../../models/tensor_bytes.ts";

/** Depth of nested lists that is read: that of a tensor with the most axes. */
const DEPTH_MAX = 8;

/** Numbers and words that JSON cannot hold, or only with lost digits, as Python writes them. */
const WIDE = /[^.\d]\d{16,}(?![\d.eE])|NaN|Infinity/;
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN/g;
const DIGITS_SAFE = 15;

/**
 * Parses JSON in which whole numbers may have more than 53 bits, and in which `NaN`, `Infinity` and
 * `-Infinity` stand for themselves, as Python writes them; such elements become texts. Throws a
 * `SyntaxError`.
 */
export function parseWideJson(text: string): unknown {
  if (!WIDE.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKENS, (token) => {
    if (token.startsWith('"')) return token;
    return /^-?\d+$/.test(token) && token.length <= DIGITS_SAFE || /[.eE]/.test(token) ? token : `"${token}"`;
  }));
}

/**
 * Returns the bytes of elements in JSON, nested or not. Throws `tensor_invalid` if there are more or
 * fewer than the shape has, or if one is not of the type.
 */
export function bytesOfElements(
  data: readonly unknown[],
  { type, dims, name }: { type: TensorType; dims: readonly number[]; name: string },
): Uint8Array {
  const elements = flatten(data, DEPTH_MAX);
  const count = countOf(dims);
  if (elements.length !== count) {
    throw invalid(`The input ${name} has ${elements.length} elements; its shape has ${count}.`);
  }
  const wrong = (element: unknown) => invalid(`The input ${name} holds ${shown(element)}, which is not ${type}.`);
  if (type === "string") {
    return bytesOfTexts(elements.map((element) => {
      if (typeof element === "string") return element;
      throw wrong(element);
    }));
  }
  const numbers = new TENSOR_ARRAYS[type](count);
  for (let at = 0; at < count; at++) {
    const value = numberOf(elements[at], type);
    if (value === null) throw wrong(elements[at]);
    numbers[at] = value;
    // A number beyond the range of a whole type would be stored as another one.
    if (!type.startsWith("float") && numbers[at] !== value) throw wrong(elements[at]);
  }
  return new Uint8Array(numbers.buffer);
}

function flatten(data: readonly unknown[], depth: number): readonly unknown[] {
  if (!data.some(Array.isArray)) return data;
  if (depth === 0) throw invalid(`The elements of an input are nested deeper than ${DEPTH_MAX} lists.`);
  const flat: unknown[] = [];
  for (const element of data) {
    if (!Array.isArray(element)) throw invalid("An input has elements beside lists of elements.");
    for (const inner of flatten(element, depth - 1)) flat.push(inner);
  }
  return flat;
}

/** Returns the number that `element` stands for, in the form of its type; `null` if it is none. */
function numberOf(element: unknown, type: NumberType): number | bigint | null {
  if (type === "bool") {
    if (typeof element === "boolean") return element ? 1 : 0;
    return element === 0 || element === 1 ? element : null;
  }
  const isWide = type === "int64" || type === "uint64";
  if (typeof element === "number") {
    if (!isWide) return element;
    return Number.isInteger(element) ? BigInt(element) : null;
  }
  if (typeof element !== "string") return null;
  if (isWide) return /^-?\d{1,20}$/.test(element) ? BigInt(element) : null;
  if (!type.startsWith("float")) return null;
  return /^(NaN|-?Infinity|-?\d{1,400})$/.test(element) ? Number(element) : null;
}

function shown(element: unknown): string {
  return JSON.stringify(element)?.slice(0, 100) ?? "nothing";
}

function invalid(sentence: string): DmlError {
  return new DmlError("tensor_invalid", sentence);
}

/**
 * Returns the elements of a tensor as a JSON list. Whole numbers keep all digits; `NaN` and infinite
 * numbers are texts, as in the JSON of protocol buffers.
 */
export function elementsText({ type, data }: Tensor): string {
  if (type === "string") return JSON.stringify(data);
  if (type === "bool") return `[${Array.from(data as Uint8Array, (value) => value === 1).join()}]`;
  const texts = Array.from(data as Iterable<number | bigint>, (value) => {
    if (typeof value === "bigint" || Number.isFinite(value)) return Object.is(value, -0) ? "-0.0" : `${value}`;
    return `"${value}"`;
  });
  return `[${texts.join()}]`;
}
