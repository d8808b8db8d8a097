import { message } from "./protobuf_writer.ts";

/**
 * An input or output. A dimension is a number, the name of a variable length, or `null` if it is
 * not declared.
 */
export interface WrittenTensor {
  readonly name: string;
  readonly dims: readonly (number | string | null)[];
  /** Number of its `TensorProto.DataType`; 1 is float32. */
  readonly type?: number;
}

export interface WrittenNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly domain?: string;
}

/** Parts of the file that {@linkcode writtenModel} writes; each has a simple default. */
export interface ModelParts {
  readonly inputs?: readonly WrittenTensor[];
  readonly outputs?: readonly WrittenTensor[];
  readonly nodes?: readonly WrittenNode[];
  readonly operatorSets?: Readonly<Record<string, number>>;
  readonly irVersion?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Names of weights whose values are stored in another file. */
  readonly external?: readonly string[];
}

/**
 * Returns an ONNX file of these parts, after
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
export function writtenModel(parts: ModelParts = {}): Uint8Array<ArrayBuffer> {
  const {
    inputs = [{ name: "in", dims: [2] }],
    outputs = [{ name: "out", dims: [2] }],
    nodes = [{ operator: "Relu", inputs: [inputs[0]?.name ?? ""], outputs: [outputs[0]?.name ?? ""] }],
    operatorSets = { "": 13 },
    irVersion = 8,
    metadata = {},
    external = [],
  } = parts;
  const graph = message(
    ...nodes.map((node) => ({ number: 1, bytes: nodeOf(node) })),
    { number: 2, bytes: text("written") },
    ...external.map((name) => ({ number: 5, bytes: externalTensor(name) })),
    ...inputs.map((tensor) => ({ number: 11, bytes: valueInfo(tensor) })),
    ...outputs.map((tensor) => ({ number: 12, bytes: valueInfo(tensor) })),
  );
  return message(
    { number: 1, varint: irVersion },
    { number: 2, bytes: text("tests") },
    { number: 7, bytes: graph },
    ...Object.entries(operatorSets).map(([domain, version]) => ({
      number: 8,
      bytes: message({ number: 1, bytes: text(domain) }, { number: 2, varint: version }),
    })),
    ...Object.entries(metadata).map(([key, value]) => ({
      number: 14,
      bytes: message({ number: 1, bytes: text(key) }, { number: 2, bytes: text(value) }),
    })),
  );
}

function nodeOf({ operator, inputs, outputs, domain }: WrittenNode): Uint8Array {
  return message(
    ...inputs.map((name) => ({ number: 1, bytes: text(name) })),
    ...outputs.map((name) => ({ number: 2, bytes: text(name) })),
    { number: 4, bytes: text(operator) },
    ...(domain === undefined ? [] : [{ number: 7, bytes: text(domain) }]),
  );
}

function externalTensor(name: string): Uint8Array {
  const location = message({ number: 1, bytes: text("location") }, { number: 2, bytes: text("model.data") });
  return message(
    { number: 1, varint: 4 },
    { number: 2, varint: 1 },
    { number: 8, bytes: text(name) },
    { number: 13, bytes: location },
    { number: 14, varint: 1 },
  );
}

function valueInfo({ name, dims, type = 1 }: WrittenTensor): Uint8Array {
  const shape = message(...dims.map((dim) => ({ number: 1, bytes: dimension(dim) })));
  const tensorType = message({ number: 1, varint: type }, { number: 2, bytes: shape });
  return message(
    { number: 1, bytes: text(name) },
    { number: 2, bytes: message({ number: 1, bytes: tensorType }) },
  );
}

function dimension(dim: number | string | null): Uint8Array {
  if (dim === null) return new Uint8Array();
  return typeof dim === "number" ? message({ number: 1, varint: dim }) : message({ number: 2, bytes: text(dim) });
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
