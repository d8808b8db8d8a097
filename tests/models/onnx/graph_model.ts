// @ts-types="./onnx_proto.d.ts"
import onnxProto from "onnx-proto";
import { type Tensor, TENSOR_ARRAYS } from "../../../models/tensor.ts";
import { bytesOfTensor } from "../../../models/tensor_bytes.ts";
import type { NumberType, TensorType } from "../../../protocol/messages/finding.ts";

/** Numbers of `TensorProto.DataType`. */
const DATA_TYPES: Readonly<Record<TensorType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};
/** Numbers of `AttributeProto.AttributeType`. */
const INTEGER = 2;
const INTEGERS = 7;

/** Type and shape of an input or output of a graph; -1 stands for a variable length. */
export interface Place {
  readonly type?: TensorType;
  readonly dims: readonly number[];
}

/** One operator of a graph; the attributes are integers or lists of integers. */
export interface Step {
  readonly operator: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/**
 * Returns an ONNX file (opset 13) of `steps`, encoded by the package that publishes the format's
 * own schema.
 */
export function graphModel(graph: {
  inputs: Readonly<Record<string, Place>>;
  outputs: Readonly<Record<string, Place>>;
  constants?: Readonly<Record<string, Tensor>>;
  steps: readonly Step[];
}): Uint8Array<ArrayBuffer> {
  const { ModelProto } = onnxProto.onnx;
  const model = ModelProto.create({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 13 }],
    graph: {
      name: "graph",
      node: graph.steps.map(({ operator, from, to, attributes = {} }) => ({
        opType: operator,
        input: from,
        output: [to],
        attribute: Object.entries(attributes).map(([name, value]) =>
          typeof value === "number" ? { name, type: INTEGER, i: value } : { name, type: INTEGERS, ints: value }
        ),
      })),
      initializer: Object.entries(graph.constants ?? {}).map(([name, constant]) => ({
        name,
        dims: constant.dims,
        dataType: DATA_TYPES[constant.type],
        rawData: bytesOfTensor(constant),
      })),
      input: Object.entries(graph.inputs).map(valueInfo),
      output: Object.entries(graph.outputs).map(valueInfo),
    },
  });
  return Uint8Array.from(ModelProto.encode(model).finish());
}

/** Returns an ONNX file that reads `input` and always answers with `outputs`. */
export function answeringModel(
  outputs: Readonly<Record<string, Tensor>>,
  { input }: { input: Place },
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(outputs);
  const constants = Object.fromEntries(names.map((name) => [`${name} constant`, outputs[name]]));
  const steps = names.map((name): Step =>
    outputs[name].type === "float32"
      ? { operator: "Add", from: [`${name} constant`, "nothing"], to: name }
      : { operator: "Identity", from: [`${name} constant`], to: name }
  );
  return graphModel({
    inputs: { images: input },
    outputs,
    constants: { ...constants, zero: tensor([], [0]) },
    steps: [
      { operator: "ReduceMean", from: ["images"], to: "mean", attributes: { keepdims: 0 } },
      { operator: "Mul", from: ["mean", "zero"], to: "nothing" },
      ...steps,
    ],
  });
}

/** Returns a tensor of `numbers`, of type float32 by default. */
export function tensor(dims: readonly number[], numbers: readonly number[], type: NumberType = "float32"): Tensor {
  const isLarge = type === "int64" || type === "uint64";
  const data = new TENSOR_ARRAYS[type](numbers.length);
  numbers.forEach((value, at) => data[at] = isLarge ? BigInt(value) : value);
  return { type, dims, data };
}

function valueInfo([name, { type = "float32", dims }]: [string, Place]) {
  const dim = dims.map((dimValue) => dimValue < 0 ? { dimParam: "open" } : { dimValue });
  return { name, type: { tensorType: { elemType: DATA_TYPES[type], shape: { dim } } } };
}
