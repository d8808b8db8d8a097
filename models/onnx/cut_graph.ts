import { concat } from "../../protocol/kernel/concat.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { nameOfValue, type OnnxGraph, type OnnxNode, readGraph, textAt } from "./graph.ts";
import { DIMENSION, FLOAT32, GRAPH, MODEL, NODE, SHAPE, TENSOR_TYPE, TYPE, VALUE_INFO } from "./onnx_fields.ts";
import { type ByteRange, type ProtobufField, readFields } from "./protobuf.ts";
import { bytesField, varintField } from "./protobuf_encode.ts";
import { nameOfTensor } from "./rewrite_graph.ts";
import { rewriteMessage } from "./rewrite_message.ts";

/** The part of a graph that is kept, and the shapes that it takes. */
export interface GraphCut {
  /** Shapes of the float32 inputs by name; a text names a length that each run sets. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  /** Tensors of type float32 that become the outputs, by the names that they get. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The names of all that a cut keeps, and the new names of its outputs. */
interface KeptPart {
  readonly nodes: ReadonlySet<number>;
  readonly tensors: ReadonlySet<string>;
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Returns the ONNX file with only those nodes and weights that the outputs of `cut` depend on, its
 * inputs with the shapes of `cut`. Nodes that compute from the old shapes are not looked for: a cut
 * that opens a length must leave them out. Throws `model_invalid` if `bytes` are no ONNX file, have
 * branches or loops, lack a tensor that `cut` names, or need an input that it does not name.
 */
export function cutGraph(bytes: Uint8Array<ArrayBuffer>, cut: GraphCut): Uint8Array<ArrayBuffer> {
  let graphs = 0;
  const file = rewriteMessage(bytes, { start: 0, end: bytes.length }, (field) => {
    if (field.number !== MODEL.graph || field.wireType !== "bytes") return null;
    graphs++;
    const part = keptPart(bytes, { range: field, cut });
    const graph = rewriteMessage(bytes, field, (message) => rewritten(bytes, { message, part, cut }));
    return bytesField(MODEL.graph, concat([graph, ...Object.keys(cut.outputs).map(encodeOutput)]));
  });
  if (graphs === 0) throw new DmlError("model_invalid", "The model file is not an ONNX file: it holds no graph.");
  return file;
}

function keptPart(bytes: Uint8Array, { range, cut }: { range: ByteRange; cut: GraphCut }): KeptPart {
  const graph = readGraph(bytes, range);
  if (graph.hasSubgraphs) throw uncut("it has branches or loops");
  const inputs = new Set<string>();
  const stored = new Set<string>();
  for (const field of readFields(bytes, range)) {
    if (field.number === GRAPH.input) inputs.add(nameOfValue(bytes, field));
    if (field.number === GRAPH.initializer) stored.add(nameOfTensor(bytes, field));
  }
  const part = ancestors(graph, Object.values(cut.outputs));
  const unmade = [...part.tensors].filter((name) => {
    const isMade = graph.nodes.some(({ outputs }) => outputs.includes(name));
    return !isMade && !stored.has(name) && !(inputs.has(name) && Object.hasOwn(cut.inputs, name));
  });
  if (unmade.length > 0) throw uncut(`it has no tensor ${unmade.join(", ")}`);
  const renamed = new Map(Object.entries(cut.outputs).map(([to, from]) => [from, to]));
  const taken = Object.entries(cut.outputs).filter(([to, from]) => to !== from && part.tensors.has(to));
  if (taken.length > 0) throw uncut(`another tensor is called ${taken.map(([to]) => to).join(", ")}`);
  return { ...part, renamed };
}

/**
 * Returns the nodes, by their offset in the file, and the tensors that `names` are computed from.
 */
function ancestors(graph: OnnxGraph, names: readonly string[]): Pick<KeptPart, "nodes" | "tensors"> {
  const makers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const name of node.outputs) makers.set(name, node);
  const nodes = new Set<number>();
  const tensors = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    // An optional input that a node leaves out has an empty name.
    if (name === "" || tensors.has(name)) continue;
    tensors.add(name);
    const maker = makers.get(name);
    if (maker === undefined) continue;
    nodes.add(maker.range.start);
    open.push(...maker.inputs);
  }
  return { nodes, tensors };
}

/**
 * Returns the bytes that replace `message` of the graph: none if it is left out, `null` if it stays
 * as it is.
 */
function rewritten(
  bytes: Uint8Array,
  { message, part, cut }: { message: ProtobufField; part: KeptPart; cut: GraphCut },
): Uint8Array | null {
  const nothing = new Uint8Array(0);
  switch (message.number) {
    case GRAPH.node:
      return part.nodes.has(message.start) ? renamedNode(bytes, { message, part }) : nothing;
    case GRAPH.initializer:
      return part.tensors.has(nameOfTensor(bytes, message)) ? null : nothing;
    case GRAPH.input: {
      const name = nameOfValue(bytes, message);
      if (!part.tensors.has(name)) return nothing;
      return Object.hasOwn(cut.inputs, name) ? encodeInput(name, cut.inputs[name]) : null;
    }
    // The notes on shapes would no longer be true.
    case GRAPH.valueInfo:
    case GRAPH.output:
      return nothing;
    default:
      return null;
  }
}

function renamedNode(
  bytes: Uint8Array,
  { message, part }: { message: ProtobufField; part: KeptPart },
): Uint8Array {
  const node = rewriteMessage(bytes, message, (field) => {
    if (field.number !== NODE.input && field.number !== NODE.output) return null;
    const name = part.renamed.get(textAt(bytes, field));
    return name === undefined ? null : textField(field.number, name);
  });
  return bytesField(GRAPH.node, node);
}

function encodeInput(name: string, dims: readonly (number | string)[]): Uint8Array {
  const shape = concat(dims.map((dim) =>
    bytesField(
      SHAPE.dimension,
      typeof dim === "number" ? varintField(DIMENSION.value, dim) : textField(DIMENSION.symbol, dim),
    )
  ));
  return encodeDeclaration(GRAPH.input, { name, shape });
}

function encodeOutput(name: string): Uint8Array {
  return encodeDeclaration(GRAPH.output, { name, shape: null });
}

function encodeDeclaration(
  field: number,
  { name, shape }: { name: string; shape: Uint8Array | null },
): Uint8Array {
  const tensor = concat([
    varintField(TENSOR_TYPE.elementType, FLOAT32),
    ...(shape === null ? [] : [bytesField(TENSOR_TYPE.shape, shape)]),
  ]);
  const type = bytesField(VALUE_INFO.type, bytesField(TYPE.tensor, tensor));
  return bytesField(field, concat([textField(VALUE_INFO.name, name), type]));
}

function textField(number: number, text: string): Uint8Array {
  return bytesField(number, new TextEncoder().encode(text));
}

function uncut(reason: string): DmlError {
  return new DmlError("model_invalid", `The graph of the ONNX file cannot be cut: ${reason}.`);
}
