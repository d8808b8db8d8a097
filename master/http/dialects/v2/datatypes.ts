import type { TensorType } from "../../../../protocol/messages/finding.ts";

/** dml's names of the datatypes of the protocol; BF16 is missing, because the engine has no such type. */
const TYPES = {
  BOOL: "bool",
  UINT8: "uint8",
  UINT16: "uint16",
  UINT32: "uint32",
  UINT64: "uint64",
  INT8: "int8",
  INT16: "int16",
  INT32: "int32",
  INT64: "int64",
  FP16: "float16",
  FP32: "float32",
  FP64: "float64",
  BYTES: "string",
} as const satisfies Readonly<Record<string, TensorType>>;

/** A datatype in the words of the protocol. */
export type Datatype = keyof typeof TYPES;

export const DATATYPES = Object.keys(TYPES) as readonly Datatype[];

/** Returns dml's name of a datatype. */
export function typeOf(datatype: Datatype): TensorType {
  return TYPES[datatype];
}

/** Returns the protocol's name of a type. */
export function datatypeOf(type: TensorType): Datatype {
  const found = DATATYPES.find((datatype) => TYPES[datatype] === type);
  if (found === undefined) throw new TypeError(`${type} has no name in the protocol`);
  return found;
}
