import { floats, message } from "./protobuf_writer.ts";

/** Weights of one convolution, and one bias for each output channel. */
export interface BlockWeights {
  readonly weights: readonly number[];
  readonly bias: readonly number[];
}

/**
 * A MobileNet block over 4x4 pixels: `inputs` channels are widened to `channels`, filtered channel
 * by channel (depthwise), and narrowed to two.
 */
export interface Block {
  readonly inputs: number;
  readonly channels: number;
  readonly widen: BlockWeights;
  readonly alone: BlockWeights;
  readonly narrow: BlockWeights;
  /** The operator after the first two convolutions: `Relu`, or another one without attributes. */
  readonly activation: string;
  /** Slopes, one a channel, that turn the first activation into a `PRelu`. */
  readonly slopes?: readonly number[];
  /**
   * A tensor that becomes a second output beside `out`: an activation, `wide` or `lone`, or the
   * weights `alone.w`.
   */
  readonly alsoOutput?: string;
  /**
   * Declares the weights `alone.w` as an input too, which makes them a default that a caller may
   * override.
   */
  readonly weightsAsInput?: boolean;
}

export const OUTPUTS = 2;
const SIDE = 4;

/** Returns the shape of the block's input. */
export function blockDims({ inputs }: Block): number[] {
  return [1, inputs, SIDE, SIDE];
}

/** Returns an ONNX file (opset 13) of one block, with input `in` and output `out`. */
export function blockModel(block: Block): Uint8Array<ArrayBuffer> {
  const { inputs, channels, widen, alone, narrow, activation, slopes } = block;
  const initializers = [
    weights("widen.w", [channels, inputs, 1, 1], widen.weights),
    weights("widen.b", [channels], widen.bias),
    weights("alone.w", [channels, 1, 3, 3], alone.weights),
    weights("alone.b", [channels], alone.bias),
    weights("narrow.w", [OUTPUTS, channels, 1, 1], narrow.weights),
    weights("narrow.b", [OUTPUTS], narrow.bias),
    ...(slopes ? [weights("slopes", [channels, 1, 1], slopes)] : []),
  ];
  const nodes = [
    node("Conv", { from: ["in", "widen.w", "widen.b"], to: "a" }),
    slopes ? node("PRelu", { from: ["a", "slopes"], to: "wide" }) : node(activation, { from: ["a"], to: "wide" }),
    node("Conv", {
      from: ["wide", "alone.w", "alone.b"],
      to: "b",
      attributes: { group: [channels], pads: [1, 1, 1, 1] },
    }),
    node(activation, { from: ["b"], to: "lone" }),
    node("Conv", { from: ["lone", "narrow.w", "narrow.b"], to: "out" }),
  ];
  const { alsoOutput, weightsAsInput } = block;
  const graph = message(
    ...nodes.map((bytes) => ({ number: 1, bytes })),
    { number: 2, bytes: text("block") },
    ...initializers.map((bytes) => ({ number: 5, bytes })),
    { number: 11, bytes: valueInfo("in", blockDims(block)) },
    ...(weightsAsInput ? [{ number: 11, bytes: valueInfo("alone.w", [channels, 1, 3, 3]) }] : []),
    { number: 12, bytes: valueInfo("out", [1, OUTPUTS, SIDE, SIDE]) },
    ...(alsoOutput ? [{ number: 12, bytes: valueInfo(alsoOutput, [1, channels, SIDE, SIDE]) }] : []),
    { number: 13, bytes: valueInfo("wide", [1, channels, SIDE, SIDE]) },
  );
  return message(
    { number: 1, varint: 8 },
    { number: 7, bytes: graph },
    { number: 8, bytes: message({ number: 2, varint: 13 }) },
  );
}

function weights(name: string, dims: readonly number[], values: readonly number[]): Uint8Array {
  return message(
    ...dims.map((varint) => ({ number: 1, varint })),
    { number: 2, varint: 1 },
    { number: 8, bytes: text(name) },
    { number: 9, bytes: floats(...values) },
  );
}

function node(
  operator: string,
  options: { from: readonly string[]; to: string; attributes?: Readonly<Record<string, readonly number[]>> },
): Uint8Array {
  const { from, to, attributes = {} } = options;
  return message(
    ...from.map((name) => ({ number: 1, bytes: text(name) })),
    { number: 2, bytes: text(to) },
    { number: 4, bytes: text(operator) },
    ...Object.entries(attributes).map(([name, values]) => ({ number: 5, bytes: attribute(name, values) })),
  );
}

/** Encodes one number as `INT`, several as `INTS`. */
function attribute(name: string, values: readonly number[]): Uint8Array {
  const isList = values.length > 1;
  return message(
    { number: 1, bytes: text(name) },
    ...values.map((varint) => ({ number: isList ? 8 : 3, varint })),
    { number: 20, varint: isList ? 7 : 2 },
  );
}

function valueInfo(name: string, dims: readonly number[]): Uint8Array {
  const shape = message(...dims.map((dim) => ({ number: 1, bytes: message({ number: 1, varint: dim }) })));
  const tensorType = message({ number: 1, varint: 1 }, { number: 2, bytes: shape });
  return message(
    { number: 1, bytes: text(name) },
    { number: 2, bytes: message({ number: 1, bytes: tensorType }) },
  );
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
