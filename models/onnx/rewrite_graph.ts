import { type OnnxWeights, readAttribute, textAt } from "./graph.ts";
import { ATTRIBUTE, FLOAT32, GRAPH, INTEGER, MODEL, NODE, TENSOR } from "./onnx_fields.ts";
import { bytesField, varintField } from "./protobuf_encode.ts";
import { type ByteRange, type ProtobufField, readFields } from "./protobuf.ts";
import { rewriteMessage } from "./rewrite_message.ts";
import { concat } from "../../protocol/kernel/concat.ts";

/** The part of one axis of a tensor that is kept: these indices, in order. */
export interface KeptAxis {
  readonly axis: 0 | 1;
  readonly indices: readonly number[];
}

/** The changes that {@linkcode rewriteGraph} makes. */
export interface GraphChanges {
  /** The kept parts of weights, by the name of the weights. */
  readonly kept: Map<string, { readonly weights: OnnxWeights; readonly axes: readonly KeptAxis[] }>;
  /** The new number of groups of each convolution, by its offset in the file. */
  readonly groups: Map<number, number>;
}

/**
 * Returns the ONNX file with `changes`. All else is copied, except notes on the shapes of tensors,
 * which would no longer be true.
 */
export function rewriteGraph(bytes: Uint8Array, changes: GraphChanges): Uint8Array<ArrayBuffer> {
  return rewriteMessage(bytes, { start: 0, end: bytes.length }, (field) => {
    if (field.number !== MODEL.graph) return null;
    const graph = rewriteMessage(bytes, field, (part) => rewritePart(bytes, { part, changes }));
    return bytesField(MODEL.graph, graph);
  });
}

function rewritePart(
  bytes: Uint8Array,
  { part, changes }: { part: ProtobufField; changes: GraphChanges },
): Uint8Array | null {
  if (part.number === GRAPH.valueInfo) return new Uint8Array(0);
  if (part.number === GRAPH.initializer) {
    const change = changes.kept.get(nameOfTensor(bytes, part));
    return change ? bytesField(GRAPH.initializer, encodeWeights(change.axes.reduce(keepOf, change.weights))) : null;
  }
  const group = part.number === GRAPH.node ? changes.groups.get(part.start) : undefined;
  if (group === undefined) return null;
  const node = rewriteMessage(bytes, part, (field) => {
    const isGroup = field.number === NODE.attribute && readAttribute(bytes, field).name === "group";
    return isGroup ? bytesField(NODE.attribute, encodeGroup(group)) : null;
  });
  return bytesField(GRAPH.node, node);
}

/** Returns the name of the tensor in `range`; empty if it has none. */
export function nameOfTensor(bytes: Uint8Array, range: ByteRange): string {
  for (const field of readFields(bytes, range)) {
    if (field.number === TENSOR.name) return textAt(bytes, field);
  }
  return "";
}

function keepOf(weights: OnnxWeights, { axis, indices }: KeptAxis): OnnxWeights {
  const { name, dims, values } = weights;
  const outer = axis === 0 ? 1 : dims[0];
  const each = values.length / outer / dims[axis];
  const kept = new Float32Array(outer * indices.length * each);
  for (let row = 0; row < outer; row++) {
    indices.forEach((index, position) => {
      const from = (row * dims[axis] + index) * each;
      kept.set(values.subarray(from, from + each), (row * indices.length + position) * each);
    });
  }
  return { name, dims: dims.with(axis, indices.length), values: kept };
}

function encodeWeights({ name, dims, values }: OnnxWeights): Uint8Array {
  return concat([
    ...dims.map((dim) => varintField(TENSOR.dims, dim)),
    varintField(TENSOR.dataType, FLOAT32),
    bytesField(TENSOR.name, new TextEncoder().encode(name)),
    bytesField(TENSOR.rawData, new Uint8Array(values.buffer)),
  ]);
}

function encodeGroup(group: number): Uint8Array {
  return concat([
    bytesField(ATTRIBUTE.name, new TextEncoder().encode("group")),
    varintField(ATTRIBUTE.integer, group),
    varintField(ATTRIBUTE.type, INTEGER),
  ]);
}
