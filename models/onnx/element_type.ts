/** dml's names of `TensorProto.DataType`, by number. */
const NAMES = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
} as const satisfies Readonly<Record<number, string>>;

/** The type of the numbers of a tensor; `unknown` if this build has no name for it. */
export type ElementType = (typeof NAMES)[keyof typeof NAMES] | "unknown";

/** Returns the type with `number` in an ONNX file. */
export function elementTypeOf(number: number): ElementType {
  return isKnown(number) ? NAMES[number] : "unknown";
}

function isKnown(number: number): number is keyof typeof NAMES {
  return Object.hasOwn(NAMES, number);
}
