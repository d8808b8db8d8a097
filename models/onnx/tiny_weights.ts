import { DmlError } from "../../protocol/kernel/errors.ts";
import { ATTRIBUTE, FLOAT32, GRAPH, MODEL, NODE, TENSOR } from "./onnx_fields.ts";
import { type ByteRange, readFields } from "./protobuf.ts";

/**
 * The size below which weights change no output, but their products with activations become
 * denormal floats.
 */
const TINY = Math.fround(1e-12);
const GRAPH_DEPTH_MAX = 16;

/**
 * Sets every float32 weight of an ONNX file with `0 < |weight| < 1e-12` to zero, in place.
 *
 * A processor takes up to a hundred times longer for a product that is a denormal float, and
 * training leaves plenty of weights that make such products: without them the face embedder takes
 * half the time and answers the same to the bit. Tensors of one number are left alone: a tiny one
 * is no weight but keeps a division from being by zero.
 *
 * Returns the same bytes and how many weights were set to zero; the outcome depends on nothing but
 * the bytes. Throws `model_invalid` if they are no ONNX file; they may be half changed then.
 */
export function zeroTinyWeights<Buffer extends ArrayBufferLike>(
  bytes: Uint8Array<Buffer>,
): { bytes: Uint8Array<Buffer>; zeroed: number } {
  let zeroed = 0;
  let graphs = 0;
  for (const field of readFields(bytes)) {
    if (field.number !== MODEL.graph || field.wireType !== "bytes") continue;
    graphs++;
    zeroed += zeroInGraph(bytes, { range: field, depth: 1 });
  }
  if (graphs === 0) {
    throw new DmlError("model_invalid", "The model file is not an ONNX file: it holds no graph.");
  }
  return { bytes, zeroed };
}

function zeroInGraph(bytes: Uint8Array, graph: { range: ByteRange; depth: number }): number {
  if (graph.depth > GRAPH_DEPTH_MAX) {
    throw new DmlError(
      "model_invalid",
      `The model file nests graphs more than ${GRAPH_DEPTH_MAX} deep.`,
    );
  }
  let zeroed = 0;
  for (const field of readFields(bytes, graph.range)) {
    if (field.wireType !== "bytes") continue;
    if (field.number === GRAPH.initializer) zeroed += zeroInTensor(bytes, field);
    if (field.number === GRAPH.node) zeroed += zeroInNode(bytes, { ...graph, range: field });
  }
  return zeroed;
}

/**
 * Sets the weights in a node to zero: constants carry a tensor as an attribute, branches and loops
 * whole graphs.
 */
function zeroInNode(bytes: Uint8Array, node: { range: ByteRange; depth: number }): number {
  let zeroed = 0;
  for (const field of readFields(bytes, node.range)) {
    if (field.number !== NODE.attribute || field.wireType !== "bytes") continue;
    for (const part of readFields(bytes, field)) {
      if (part.wireType !== "bytes") continue;
      if (part.number === ATTRIBUTE.tensor) zeroed += zeroInTensor(bytes, part);
      if (part.number === ATTRIBUTE.graph || part.number === ATTRIBUTE.graphs) {
        zeroed += zeroInGraph(bytes, { range: part, depth: node.depth + 1 });
      }
    }
  }
  return zeroed;
}

function zeroInTensor(bytes: Uint8Array, tensor: ByteRange): number {
  let isFloat32 = false;
  const stretches: ByteRange[] = [];
  for (const field of readFields(bytes, tensor)) {
    if (field.number === TENSOR.dataType && field.wireType === "varint") {
      isFloat32 = field.value === FLOAT32;
    } else if (field.number === TENSOR.rawData && field.wireType === "bytes") {
      stretches.push(field);
    } else if (field.number === TENSOR.floatData && field.wireType !== "varint") {
      stretches.push(field);
    }
  }
  if (!isFloat32) return 0;
  const byteCount = stretches.reduce((sum, { start, end }) => sum + end - start, 0);
  if (byteCount % 4 !== 0) {
    throw new DmlError(
      "model_invalid",
      `The model file holds a float tensor of ${byteCount} bytes, which is not a multiple of 4.`,
    );
  }
  if (byteCount <= 4) return 0;
  return stretches.reduce((sum, stretch) => sum + zeroInFloats(bytes, stretch), 0);
}

function zeroInFloats(bytes: Uint8Array, { start, end }: ByteRange): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let zeroed = 0;
  for (let at = start; at + 4 <= end; at += 4) {
    const weight = view.getFloat32(at, true);
    if (weight === 0 || Math.abs(weight) >= TINY || Number.isNaN(weight)) continue;
    view.setUint32(at, 0, true);
    zeroed++;
  }
  return zeroed;
}
