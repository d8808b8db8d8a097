import { DmlError } from "../../protocol/kernel/errors.ts";
import { FUNCTION, MODEL, OPERATOR_SET } from "./onnx_fields.ts";
import { type ByteRange, readFields } from "./protobuf.ts";
import { refuseOtherFormats } from "./other_formats.ts";
import { readMetadata } from "./metadata.ts";
import { GraphSurvey } from "./graph_survey.ts";
import { domainOf, type OnnxOperator } from "./operator.ts";
import { type DeclaredTensor, nameAt } from "./value_info.ts";

/** Largest number of operator sets and functions that are read from a file. */
const ENTRIES_MAX = 1_024;

/** The description that an ONNX file gives of itself, without being run. */
export interface OnnxInspection {
  readonly byteCount: number;
  /** The program that wrote the file, such as `pytorch 2.4.0`; empty if the file does not say. */
  readonly producer: string;
  readonly irVersion: number;
  /** Version of each operator set, by domain. */
  readonly operatorSets: ReadonlyMap<string, number>;
  /** The inputs that a run must be given: those that have no value of their own. */
  readonly inputs: readonly DeclaredTensor[];
  readonly outputs: readonly DeclaredTensor[];
  /** The operator that computes each output, by the name of the output. */
  readonly lastOperators: ReadonlyMap<string, string>;
  /** The operators in use, each once, by name; without those that the file itself defines. */
  readonly operators: readonly OnnxOperator[];
  readonly weightBytes: number;
  /** Tensors whose numbers lie in another file. */
  readonly externalTensors: readonly string[];
  /** Notes of the exporter, by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the description in an ONNX file. Nothing is executed, nothing beyond its bytes is read, and
 * no copy of its weights is made. Throws `model_invalid` if it is damaged or no ONNX file,
 * naming what it is instead if that shows. Format:
 * https://github.com/onnx/onnx/blob/main/docs/IR.md
 */
export function inspectOnnx(bytes: Uint8Array): OnnxInspection {
  refuseOtherFormats(bytes);
  const survey = new GraphSurvey(bytes);
  const operatorSets = new Map<string, number>();
  const own = new Set<string>();
  const metadata = new Map<string, string>();
  const producer = ["", ""];
  let irVersion = 0;
  let graphs = 0;
  for (const field of readFields(bytes)) {
    if (field.number === MODEL.irVersion) irVersion = field.value;
    if (field.wireType !== "bytes") continue;
    if (field.number === MODEL.producer) producer[0] = nameAt(bytes, field);
    if (field.number === MODEL.producerVersion) producer[1] = nameAt(bytes, field);
    if (field.number === MODEL.metadata) readMetadata(bytes, { range: field, into: metadata });
    if (field.number === MODEL.operatorSet && operatorSets.size < ENTRIES_MAX) {
      const { domain, version } = readOperatorSet(bytes, field);
      operatorSets.set(domain, version);
    }
    if (field.number === MODEL.function && own.size < ENTRIES_MAX) own.add(surveyFunction(bytes, field, survey));
    if (field.number === MODEL.graph) {
      graphs++;
      survey.takeGraph(field);
    }
  }
  if (graphs !== 1 || operatorSets.size === 0) {
    throw new DmlError(
      "model_invalid",
      graphs === 0
        ? "It is not an ONNX file: it holds no graph."
        : "It is not an ONNX file: it does not say which operators it uses.",
    );
  }
  const { weightBytes, externalTensors } = survey;
  const operators = survey.operators.filter(({ domain, name }) => !own.has(`${domain}:${name}`));
  return {
    byteCount: bytes.length,
    producer: producer.filter(Boolean).join(" "),
    irVersion,
    operatorSets,
    inputs: survey.inputs,
    outputs: survey.outputs,
    lastOperators: survey.lastOperators,
    operators,
    weightBytes,
    externalTensors,
    metadata,
  };
}

function readOperatorSet(bytes: Uint8Array, range: ByteRange): { domain: string; version: number } {
  let [domain, version] = ["", 0];
  for (const field of readFields(bytes, range)) {
    if (field.number === OPERATOR_SET.domain && field.wireType === "bytes") domain = nameAt(bytes, field);
    if (field.number === OPERATOR_SET.version) version = field.value;
  }
  return { domain: domainOf(domain), version };
}

/**
 * Adds the operators that a function uses to those of the file; the function itself is no operator
 * that the engine must have.
 */
function surveyFunction(bytes: Uint8Array, range: ByteRange, survey: GraphSurvey): string {
  let [domain, name] = ["", ""];
  for (const field of readFields(bytes, range)) {
    if (field.wireType !== "bytes") continue;
    if (field.number === FUNCTION.domain) domain = nameAt(bytes, field);
    if (field.number === FUNCTION.name) name = nameAt(bytes, field);
    if (field.number === FUNCTION.node) survey.takeNode(field);
  }
  return `${domainOf(domain)}:${name}`;
}
