import { encodeManifest, type Manifest } from "../../../models/manifest.ts";
import { concat } from "../../../protocol/kernel/concat.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { message } from "../../../tests/models/onnx/protobuf_writer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Numbers of `TensorProto.DataType`. */
const TYPES = { float: 1, int64: 7, bool: 9 } as const;
const SIDE = 32;
/** Brightness from which a picture does harm; that of the picture of the warm-up is below. */
const HARMLESS_MAX = 250;
const LABELS = ["first", "second", "third"];

/** An ONNX file that classifies dark pictures as any other does, and does harm with a white one. */
export interface HostileModel {
  readonly file: Bytes;
  readonly manifest: Manifest;
}

/** Returns a model that loops 5 x 10^15 times with a white picture: for years. */
export function spinningModel(name: string): HostileModel {
  const body = graph({
    nodes: [node("Identity", ["on"], ["stillOn"]), node("Identity", ["value"], ["nextValue"])],
    inputs: [
      info("turn", { type: "int64", dims: [] }),
      info("on", { type: "bool", dims: [] }),
      info("value", { dims: [] }),
    ],
    outputs: [info("stillOn", { type: "bool", dims: [] }), info("nextValue", { dims: [] })],
  });
  const loop = node("Loop", ["count", "yes", "zero"], ["harm"], { body: { number: 6, bytes: body, type: 5 } });
  return modelOf(name, { factor: 1e15, nodes: [loop] });
}

/** Returns a model that loops 2^62 times with any picture, so that its trial never ends. */
export function endlessModel(name: string): HostileModel {
  const { file, manifest } = spinningModel(name);
  // The threshold as a float, in the one place where it stands.
  const threshold = floats(HARMLESS_MAX);
  const at = file.findIndex((_, start) => threshold.every((byte, index) => file[start + index] === byte));
  const endless = Uint8Array.from(file);
  endless.set(floats(-4_611), at);
  return withFile(manifest, endless);
}

/** Returns a model that asks for 3.3 GB with a white picture. */
export function greedyModel(name: string): HostileModel {
  const nodes = [
    node("Reshape", ["count", "one"], ["shape"]),
    node("ConstantOfShape", ["shape"], ["many"]),
    node("ReduceSum", ["many"], ["harm"], { keepdims: { number: 3, varint: 0, type: 2 } }),
  ];
  return modelOf(name, { factor: 166e6, nodes });
}

function modelOf(name: string, { factor, nodes }: { factor: number; nodes: readonly Bytes[] }): HostileModel {
  const whole = graph({
    nodes: [
      node("ReduceMean", ["picture"], ["brightness"], { keepdims: { number: 3, varint: 0, type: 2 } }),
      node("Sub", ["brightness", "harmless"], ["over"]),
      node("Relu", ["over"], ["excess"]),
      node("Mul", ["excess", "factor"], ["many0"]),
      node("Cast", ["many0"], ["count"], { to: { number: 3, varint: TYPES.int64, type: 2 } }),
      ...nodes,
      node("Add", ["scores", "harm"], ["p"]),
    ],
    initializers: [
      tensor("harmless", { dims: [], bytes: floats(HARMLESS_MAX) }),
      tensor("factor", { dims: [], bytes: floats(factor) }),
      tensor("zero", { dims: [], bytes: floats(0) }),
      tensor("yes", { type: "bool", dims: [], bytes: Uint8Array.of(1) }),
      tensor("one", { type: "int64", dims: [1], bytes: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) }),
      tensor("scores", { dims: [1, 3], bytes: floats(1, 2, 3) }),
    ],
    inputs: [info("picture", { dims: [1, 3, SIDE, SIDE] })],
    outputs: [info("p", { dims: [1, 3] })],
  });
  const file = message(
    { number: 1, varint: 8 },
    { number: 7, bytes: whole },
    { number: 8, bytes: message({ number: 1, bytes: text("") }, { number: 2, varint: 13 }) },
  );
  const manifest: Manifest = {
    schema: 1,
    name,
    version: 1,
    description: "A model that does harm.",
    license: "MIT",
    files: [],
    requirements: { engine: "wasm", memoryBytes: 100_000_000 },
    pipeline: "classify",
    parameters: {
      input: {
        tensor: "picture",
        width: SIDE,
        height: SIDE,
        layout: "NCHW",
        channels: "RGB",
        type: "float32",
        resize: { mode: "stretch" },
        scale: 1,
        mean: [0],
        std: [1],
      },
      output: "p",
      activation: "softmax",
      topK: 3,
      scoreMin: 0,
      labels: LABELS,
    },
  };
  return withFile(manifest, file);
}

function withFile(manifest: Manifest, file: Bytes): HostileModel {
  const files = [{ role: "model", digest: digestOf(file), size: file.length }];
  return { file, manifest: { ...manifest, files } };
}

/** Returns the manifest of a model as it is stored. */
export function manifestBytesOf({ manifest }: HostileModel): Bytes {
  return encodeManifest(manifest).bytes;
}

interface GraphParts {
  readonly nodes: readonly Bytes[];
  readonly inputs: readonly Bytes[];
  readonly outputs: readonly Bytes[];
  readonly initializers?: readonly Bytes[];
}

function graph({ nodes, inputs, outputs, initializers = [] }: GraphParts): Bytes {
  return message(
    ...nodes.map((bytes) => ({ number: 1, bytes })),
    { number: 2, bytes: text("hostile") },
    ...initializers.map((bytes) => ({ number: 5, bytes })),
    ...inputs.map((bytes) => ({ number: 11, bytes })),
    ...outputs.map((bytes) => ({ number: 12, bytes })),
  );
}

/** An attribute: the field of `AttributeProto` that holds its value, and the number of its type. */
type Attribute =
  & { readonly number: number; readonly type: number }
  & (
    | { readonly varint: number }
    | { readonly bytes: Uint8Array }
  );

function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): Bytes {
  return message(
    ...inputs.map((name) => ({ number: 1, bytes: text(name) })),
    ...outputs.map((name) => ({ number: 2, bytes: text(name) })),
    { number: 4, bytes: text(operator) },
    ...Object.entries(attributes).map(([name, { type, ...value }]) => ({
      number: 5,
      bytes: message({ number: 1, bytes: text(name) }, value, { number: 20, varint: type }),
    })),
  );
}

interface TensorForm {
  readonly type?: keyof typeof TYPES;
  readonly dims: readonly number[];
}

function info(name: string, { type = "float", dims }: TensorForm): Bytes {
  const shape = message(...dims.map((dim) => ({ number: 1, bytes: message({ number: 1, varint: dim }) })));
  const tensorType = message({ number: 1, varint: TYPES[type] }, { number: 2, bytes: shape });
  return message({ number: 1, bytes: text(name) }, { number: 2, bytes: message({ number: 1, bytes: tensorType }) });
}

function tensor(name: string, { type = "float", dims, bytes }: TensorForm & { readonly bytes: Uint8Array }): Bytes {
  return message(
    ...dims.map((dim) => ({ number: 1, varint: dim })),
    { number: 2, varint: TYPES[type] },
    { number: 8, bytes: text(name) },
    { number: 9, bytes },
  );
}

function floats(...values: readonly number[]): Bytes {
  return concat(values.map((value) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return bytes;
  }));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
