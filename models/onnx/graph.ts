import { ATTRIBUTE, FLOAT32, GRAPH, NODE, TENSOR, VALUE_INFO } from "./onnx_fields.ts";
import { type ByteRange, readFields } from "./protobuf.ts";

/** One operator of a graph. */
export interface OnnxNode {
  /** Range of its message in the file. */
  readonly range: ByteRange;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The attribute `group` of a convolution; 1 if it has none. */
  readonly group: number;
}

/** A constant float32 tensor that is stored as `raw_data`. */
export interface OnnxWeights {
  readonly name: string;
  readonly dims: readonly number[];
  /** A copy of the numbers. */
  readonly values: Float32Array;
}

/** The part of the graph of an ONNX file that dml reads. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  /** Weights by name; without those that are an input too, whose value a run could replace. */
  readonly weights: ReadonlyMap<string, OnnxWeights>;
  readonly outputs: ReadonlySet<string>;
  /**
   * True if it has branches or loops: these carry graphs of their own, which may use any tensor by
   * its name.
   */
  readonly hasSubgraphs: boolean;
}

/** Reads the graph message in `range`; throws `model_invalid` if it is damaged. */
export function readGraph(bytes: Uint8Array, range: ByteRange): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const weights = new Map<string, OnnxWeights>();
  const inputs: string[] = [];
  const outputs = new Set<string>();
  let hasSubgraphs = false;
  for (const field of readFields(bytes, range)) {
    if (field.wireType !== "bytes") continue;
    if (field.number === GRAPH.input) inputs.push(nameOfValue(bytes, field));
    if (field.number === GRAPH.output) outputs.add(nameOfValue(bytes, field));
    if (field.number === GRAPH.initializer) {
      const read = readWeights(bytes, field);
      if (read) weights.set(read.name, read);
    }
    if (field.number === GRAPH.node) {
      const { node, carriesGraph } = readNode(bytes, field);
      nodes.push(node);
      hasSubgraphs ||= carriesGraph;
    }
  }
  for (const name of inputs) weights.delete(name);
  return { nodes, weights, outputs, hasSubgraphs };
}

/** Returns the text in `range`. */
export function textAt(bytes: Uint8Array, { start, end }: ByteRange): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}

/** Returns the name of the input or output that is declared in `range`; empty if it has none. */
export function nameOfValue(bytes: Uint8Array, range: ByteRange): string {
  for (const field of readFields(bytes, range)) {
    if (field.number === VALUE_INFO.name) return textAt(bytes, field);
  }
  return "";
}

function readNode(bytes: Uint8Array, range: ByteRange): { node: OnnxNode; carriesGraph: boolean } {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let operator = "";
  let group = 1;
  let carriesGraph = false;
  for (const field of readFields(bytes, range)) {
    if (field.number === NODE.input) inputs.push(textAt(bytes, field));
    if (field.number === NODE.output) outputs.push(textAt(bytes, field));
    if (field.number === NODE.operator) operator = textAt(bytes, field);
    if (field.number === NODE.attribute) {
      const attribute = readAttribute(bytes, field);
      if (attribute.name === "group") group = attribute.integer;
      carriesGraph ||= attribute.carriesGraph;
    }
  }
  const node = { range: { start: range.start, end: range.end }, operator, inputs, outputs, group };
  return { node, carriesGraph };
}

/** Reads the name of the attribute in `range`, and its value if that is a number. */
export function readAttribute(
  bytes: Uint8Array,
  range: ByteRange,
): { name: string; integer: number; carriesGraph: boolean } {
  let name = "";
  let integer = 0;
  let carriesGraph = false;
  for (const field of readFields(bytes, range)) {
    if (field.number === ATTRIBUTE.name) name = textAt(bytes, field);
    if (field.number === ATTRIBUTE.integer) integer = field.value;
    carriesGraph ||= field.number === ATTRIBUTE.graph || field.number === ATTRIBUTE.graphs;
  }
  return { name, integer, carriesGraph };
}

/**
 * Reads the tensor in `range`; `null` if it has another type, is stored in another way, or its
 * numbers do not fill its dims.
 */
function readWeights(bytes: Uint8Array, range: ByteRange): OnnxWeights | null {
  const dims: number[] = [];
  let name = "";
  let dataType = 0;
  let data: ByteRange | null = null;
  for (const field of readFields(bytes, range)) {
    if (field.number === TENSOR.dims && field.wireType === "varint") dims.push(field.value);
    if (field.number === TENSOR.dataType) dataType = field.value;
    if (field.number === TENSOR.name) name = textAt(bytes, field);
    if (field.number === TENSOR.rawData) data = field;
  }
  if (dataType !== FLOAT32 || data === null) return null;
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (data.end - data.start !== count * 4) return null;
  // The copy begins at a multiple of four, which the numbers in the file do not.
  return { name, dims, values: new Float32Array(bytes.slice(data.start, data.end).buffer) };
}
