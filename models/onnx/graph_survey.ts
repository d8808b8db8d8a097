import { DmlError } from "../../protocol/kernel/errors.ts";
import { ATTRIBUTE, EXTERNAL, GRAPH, NODE, TENSOR } from "./onnx_fields.ts";
import { domainOf, type OnnxOperator } from "./operator.ts";
import { type ByteRange, readFields } from "./protobuf.ts";
import { type DeclaredTensor, nameAt, readValueInfo } from "./value_info.ts";

const GRAPH_DEPTH_MAX = 16;
const DECLARED_MAX = 1_024;
const OPERATORS_MAX = 4_096;
/** The operators that change no number, only its place. */
const MOVERS: ReadonlySet<string> = new Set([
  "Identity",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
  "Transpose",
  "Cast",
]);
const LOOKED_THROUGH_MAX = 8;
/** The most tensors that a sentence can name. */
const EXTERNAL_NAMED_MAX = 8;

/**
 * A survey of what the graphs of an ONNX file declare and use, those inside branches and loops
 * included.
 */
export class GraphSurvey {
  readonly externalTensors: string[] = [];
  weightBytes = 0;
  readonly #bytes: Uint8Array;
  readonly #operators = new Map<string, OnnxOperator>();
  readonly #inputs: DeclaredTensor[] = [];
  readonly #outputs: DeclaredTensor[] = [];
  readonly #initialized = new Set<string>();
  /** Operator and first input of each node of the main graph, by the name of the node's output. */
  readonly #makers = new Map<string, { readonly operator: string; readonly from: string }>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Returns the inputs without those that have a value of their own, which a run may leave out. */
  get inputs(): DeclaredTensor[] {
    return this.#inputs.filter(({ name }) => !this.#initialized.has(name));
  }

  get outputs(): readonly DeclaredTensor[] {
    return this.#outputs;
  }

  /**
   * Returns the operator that computes each output, looking through those that only move numbers
   * about.
   */
  get lastOperators(): Map<string, string> {
    const last = new Map<string, string>();
    for (const { name } of this.#outputs) {
      let maker = this.#makers.get(name);
      for (let step = 0; step < LOOKED_THROUGH_MAX && maker !== undefined && MOVERS.has(maker.operator); step++) {
        maker = this.#makers.get(maker.from) ?? maker;
      }
      if (maker !== undefined) last.set(name, maker.operator);
    }
    return last;
  }

  /** Returns the operators in use, by domain and name. */
  get operators(): OnnxOperator[] {
    return [...this.#operators.keys()].sort().flatMap((key) => this.#operators.get(key) ?? []);
  }

  /** Adds the graph message in `range`, the model's own. */
  takeGraph(range: ByteRange): void {
    this.#takeGraph(range, 1);
  }

  /** Adds one node that is in no graph but in a function. */
  takeNode(range: ByteRange): void {
    this.#takeNode(range, 1);
  }

  #takeGraph(range: ByteRange, depth: number): void {
    if (depth > GRAPH_DEPTH_MAX) {
      throw new DmlError("model_invalid", `The ONNX file nests graphs more than ${GRAPH_DEPTH_MAX} deep.`);
    }
    for (const field of readFields(this.#bytes, range)) {
      if (field.wireType !== "bytes") continue;
      if (field.number === GRAPH.node) this.#takeNode(field, depth);
      if (field.number === GRAPH.initializer) {
        const name = this.#takeTensor(field);
        if (depth === 1) this.#initialized.add(name);
      }
      if (field.number === GRAPH.sparseInitializer) this.weightBytes += field.end - field.start;
      if (depth > 1) continue;
      if (field.number === GRAPH.input) this.#declare(this.#inputs, field);
      if (field.number === GRAPH.output) this.#declare(this.#outputs, field);
    }
  }

  #declare(list: DeclaredTensor[], range: ByteRange): void {
    const declared = readValueInfo(this.#bytes, range);
    // Old files list every weight among the inputs; they are told apart once all are known.
    if (list.length < DECLARED_MAX * 16) list.push(declared);
  }

  #takeNode(range: ByteRange, depth: number): void {
    let [domain, name, from] = ["", "", ""];
    const outputs: string[] = [];
    for (const field of readFields(this.#bytes, range)) {
      if (field.wireType !== "bytes") continue;
      if (field.number === NODE.input && from === "") from = nameAt(this.#bytes, field);
      if (field.number === NODE.output) outputs.push(nameAt(this.#bytes, field));
      if (field.number === NODE.domain) domain = nameAt(this.#bytes, field);
      if (field.number === NODE.operator) name = nameAt(this.#bytes, field);
      if (field.number === NODE.attribute) this.#takeAttribute(field, depth);
    }
    if (depth === 1) { for (const output of outputs) this.#makers.set(output, { operator: name, from }); }
    const operator = { domain: domainOf(domain), name };
    const key = `${operator.domain}:${name}`;
    if (this.#operators.has(key)) return;
    if (this.#operators.size === OPERATORS_MAX) {
      throw new DmlError("model_invalid", `The ONNX file uses more than ${OPERATORS_MAX} different operators.`);
    }
    this.#operators.set(key, operator);
  }

  #takeAttribute(range: ByteRange, depth: number): void {
    for (const field of readFields(this.#bytes, range)) {
      if (field.wireType !== "bytes") continue;
      if (field.number === ATTRIBUTE.tensor || field.number === ATTRIBUTE.tensors) this.#takeTensor(field);
      if (field.number === ATTRIBUTE.graph || field.number === ATTRIBUTE.graphs) this.#takeGraph(field, depth + 1);
    }
  }

  #takeTensor(range: ByteRange): string {
    let name = "";
    let isExternal = false;
    for (const field of readFields(this.#bytes, range)) {
      if (field.number === TENSOR.name && field.wireType === "bytes") name = nameAt(this.#bytes, field);
      if (field.number === TENSOR.externalData) isExternal = true;
      if (field.number === TENSOR.dataLocation && field.value === EXTERNAL) isExternal = true;
    }
    this.weightBytes += range.end - range.start;
    if (isExternal && this.externalTensors.length < EXTERNAL_NAMED_MAX) this.externalTensors.push(name);
    return name;
  }
}
