import { clip } from "../../protocol/kernel/clip.ts";
import { type ElementType, elementTypeOf } from "./element_type.ts";
import { textAt } from "./graph.ts";
import { DIMENSION, SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO } from "./onnx_fields.ts";
import { type ByteRange, readFields } from "./protobuf.ts";

/** The largest rank: no tensor of a model that looks at pictures comes near it. */
const RANK_MAX = 16;
const NAME_CHARACTERS_MAX = 256;
/**
 * The largest length of an axis: the format stores lengths as signed 64-bit numbers, of which
 * larger ones are no lengths.
 */
const DIMENSION_MAX = 0x7fff_ffff;

/**
 * The length of a tensor along one axis: a number, the name of a length that each run sets, or
 * `null` if the file does not say.
 */
export type Dimension = number | string | null;

/** An input or output of a graph, in the words of the file. */
export interface DeclaredTensor {
  readonly name: string;
  /** `null` if it is no tensor but a sequence, a map or an optional. */
  readonly type: ElementType | null;
  /** `null` if the file does not even say how many there are. */
  readonly dims: readonly Dimension[] | null;
}

/** Reads the ValueInfoProto in `range`; throws `model_invalid` if it is damaged. */
export function readValueInfo(bytes: Uint8Array, range: ByteRange): DeclaredTensor {
  let tensor: DeclaredTensor = { name: "", type: null, dims: null };
  for (const field of readFields(bytes, range)) {
    if (field.wireType !== "bytes") continue;
    if (field.number === VALUE_INFO.name) tensor = { ...tensor, name: nameAt(bytes, field) };
    if (field.number === VALUE_INFO.type) tensor = { ...tensor, ...readType(bytes, field) };
  }
  return tensor;
}

/** Describes the tensor for messages, for example `float32[1, 3, height, ?]`. */
export function describeTensor({ type, dims }: Pick<DeclaredTensor, "type" | "dims">): string {
  if (type === null) return "no tensor";
  return `${type}[${dims === null ? "?" : dims.map((dim) => dim ?? "?").join(", ")}]`;
}

/** Returns the text in `range`, cut to the longest name. */
export function nameAt(bytes: Uint8Array, { start, end }: ByteRange): string {
  const text = textAt(bytes, { start, end: Math.min(end, start + 4 * NAME_CHARACTERS_MAX) });
  return clip(text, NAME_CHARACTERS_MAX);
}

function readType(bytes: Uint8Array, range: ByteRange): Pick<DeclaredTensor, "type" | "dims"> {
  for (const field of readFields(bytes, range)) {
    if (field.number === TYPE.tensor && field.wireType === "bytes") return readTensorType(bytes, field);
  }
  return { type: null, dims: null };
}

function readTensorType(bytes: Uint8Array, range: ByteRange): Pick<DeclaredTensor, "type" | "dims"> {
  let type: ElementType = "unknown";
  let dims: Dimension[] | null = null;
  for (const field of readFields(bytes, range)) {
    if (field.number === TENSOR_TYPE.elementType && field.wireType === "varint") type = elementTypeOf(field.value);
    if (field.number === TENSOR_TYPE.shape && field.wireType === "bytes") dims = readShape(bytes, field);
  }
  return { type, dims };
}

function readShape(bytes: Uint8Array, range: ByteRange): Dimension[] {
  const dims: Dimension[] = [];
  for (const field of readFields(bytes, range)) {
    if (field.number !== SHAPE.dimension || field.wireType !== "bytes") continue;
    if (dims.length === RANK_MAX) break;
    dims.push(readDimension(bytes, field));
  }
  return dims;
}

function readDimension(bytes: Uint8Array, range: ByteRange): Dimension {
  for (const field of readFields(bytes, range)) {
    if (field.number === DIMENSION.value && field.wireType === "varint") {
      return field.value >= 1 && field.value <= DIMENSION_MAX ? field.value : null;
    }
    if (field.number === DIMENSION.symbol && field.wireType === "bytes") return nameAt(bytes, field) || null;
  }
  return null;
}
