import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm" with { type: "bytes" };
import { floatTensor } from "../../../../models/tensor.ts";
import { isEngineKnown, withDepthwiseConvolution } from "../../../../node/engine/patches/depthwise_patch.ts";
import { patchedAssets } from "../../../../node/engine/patches/patched_assets.ts";
import { createModelSession } from "../../../../node/engine/onnx_session.ts";
import { assert, assertEquals, assertStrictEquals } from "../../../assert.ts";
import { graphModel, type Step, tensor } from "../../../models/onnx/graph_model.ts";
import "../started_onnx.ts";
import { madeModule } from "./made_module.ts";

/**
 * A convolution of `channels` planes, each by a square filter of its own. Padding is above, left,
 * below and right.
 */
interface Convolution {
  readonly size: number;
  readonly stride: number;
  /** The stride downwards, if it is not the same. */
  readonly strideDown?: number;
  readonly padding: readonly [number, number, number, number];
  readonly height: number;
  readonly width: number;
  readonly dilation?: number;
}

const CHANNELS = 3;

/** Returns the shapes of what the whole convolution takes and returns. */
function shapes(convolution: Convolution) {
  const { size, stride, strideDown = stride, padding, height, width, dilation = 1 } = convolution;
  const [above, left, below, right] = padding;
  const outputs = (length: number, step: number) => Math.floor((length - (size - 1) * dilation - 1) / step) + 1;
  const output = [outputs(height + above + below, strideDown), outputs(width + left + right, stride)];
  return { input: [1, CHANNELS, height, width], output };
}

/** Returns the same numbers for the same seed: between -1 and 1, each with all its bits. */
function numbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
    return Math.fround(state / 2 ** 31 - 1);
  });
}

/**
 * Returns the outputs by the definition of the operator: products in the order of the filter, every
 * sum rounded to 32 bits; then the bias, then `after`.
 */
function byDefinition(
  convolution: Convolution,
  given: { inputs: Float32Array; filters: readonly number[]; bias: readonly number[] },
  after: (value: number) => number,
): Float32Array {
  const { size, stride, strideDown = stride, padding: [above, left], height, width, dilation = 1 } = convolution;
  const [rows, columns] = shapes(convolution).output;
  const outputs = [];
  for (let channel = 0; channel < CHANNELS; channel++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let at = 0; at < size * size; at++) {
          const y = row * strideDown - above + Math.floor(at / size) * dilation;
          const x = column * stride - left + at % size * dilation;
          const isInside = y >= 0 && y < height && x >= 0 && x < width;
          const input = isInside ? given.inputs[(channel * height + y) * width + x] : 0;
          sum = Math.fround(sum + Math.fround(given.filters[channel * size * size + at] * input));
        }
        outputs.push(after(Math.fround(sum + given.bias[channel])));
      }
    }
  }
  return Float32Array.from(outputs);
}

/** Returns the engine's outputs, and those by the definition. */
async function both(
  convolution: Convolution,
  { behind = [], after = (value) => value }: { behind?: readonly Step[]; after?: (value: number) => number } = {},
): Promise<{ answered: Float32Array; defined: Float32Array }> {
  const { size, stride, strideDown = stride, padding, dilation = 1 } = convolution;
  const { input, output } = shapes(convolution);
  const filters = numbers(CHANNELS * size * size, 1);
  const bias = numbers(CHANNELS, 2);
  const inputs = Float32Array.from(numbers(input.reduce((product, dim) => product * dim), 3));
  const attributes = {
    group: CHANNELS,
    kernel_shape: [size, size],
    strides: [strideDown, stride],
    pads: padding,
    dilations: [dilation, dilation],
  };
  const last = behind.at(-1)?.to ?? "convolved";
  const session = await createModelSession(graphModel({
    inputs: { in: { dims: input } },
    outputs: { [last]: { dims: [1, CHANNELS, ...output] } },
    constants: { filters: tensor([CHANNELS, 1, size, size], filters), bias: tensor([CHANNELS], bias) },
    steps: [{ operator: "Conv", from: ["in", "filters", "bias"], to: "convolved", attributes }, ...behind],
  }));
  const { [last]: { data } } = await session.run({ in: floatTensor(inputs, input) });
  await session.release();
  assert(data instanceof Float32Array);
  return { answered: data, defined: byDefinition(convolution, { inputs, filters, bias }, after) };
}

function largestDifference({ answered, defined }: { answered: Float32Array; defined: Float32Array }): number {
  assertEquals(answered.length, defined.length);
  return answered.reduce((largest, value, at) => Math.max(largest, Math.abs(value - defined[at])), 0);
}

/**
 * A difference far below that of a number in the wrong place, and above that of another order of
 * some 50 sums.
 */
const ANOTHER_ORDER = 2e-5;

for (const size of [3, 5, 7]) {
  for (const stride of [1, 2]) {
    Deno.test(`a depthwise convolution of ${size} x ${size} by ${stride} equals its definition to the bit`, async () => {
      const half = size >> 1;
      for (
        const padding of [[0, 0, 0, 0], [1, 1, 1, 1], [half, half, half, half], [0, half, 1, 2], [
          2,
          0,
          0,
          half,
        ]] as const
      ) {
        // Every width that ends somewhere in a vector; planes of a few rows; some that the buffer
        // holds only a part of.
        const widths = [13, 14, 15, 16, 17, 18, 19, 20, 56].map((width) => ({ height: 9, width }));
        for (
          const plane of [...widths, { height: 56, width: 56 }, { height: 170, width: 201 }, {
            height: 9,
            width: 1_300,
          }]
        ) {
          const { answered, defined } = await both({ size, stride, padding, ...plane });
          assertEquals(answered, defined, `${JSON.stringify(plane)} padded by ${padding}`);
        }
      }
    });
  }
}

Deno.test("a depthwise convolution may have different vertical and horizontal strides", async () => {
  for (const [strideDown, stride] of [[2, 1], [1, 2], [3, 1], [9, 2]]) {
    const plane = { padding: [1, 1, 1, 1], height: 150, width: 170 } as const;
    const { answered, defined } = await both({ size: 5, strideDown, stride, ...plane });
    assertEquals(answered, defined, `by ${strideDown} and ${stride}`);
  }
});

Deno.test("any other depthwise convolution, or one with less than a vector of outputs, is left to the engine", async () => {
  const usual = { size: 3, stride: 1, padding: [1, 1, 1, 1], height: 20, width: 20 } as const;
  for (
    const convolution of [
      { ...usual, size: 4 },
      { ...usual, size: 9 },
      { ...usual, stride: 3 },
      { ...usual, dilation: 2 },
      { ...usual, padding: [3, 5, 3, 4] } as const,
      { ...usual, width: 3 },
      { ...usual, width: 2, padding: [1, 2, 1, 2] } as const,
      { ...usual, size: 7, width: 6_000 },
    ]
  ) {
    assert(largestDifference(await both(convolution)) < ANOTHER_ORDER, JSON.stringify(convolution));
  }
});

Deno.test("operators that the engine fuses into a depthwise convolution are applied to its outputs", async () => {
  const convolution = { size: 3, stride: 1, padding: [1, 1, 1, 1], height: 20, width: 20 } as const;
  const relu = await both(convolution, {
    behind: [{ operator: "Relu", from: ["convolved"], to: "out" }],
    after: (value) => Math.max(value, 0),
  });
  assertEquals(relu.answered, relu.defined);
  const sigmoid = await both(convolution, { behind: [{ operator: "Sigmoid", from: ["convolved"], to: "out" }] });
  const bySigmoid = sigmoid.defined.map((value) => 1 / (1 + Math.exp(-value)));
  assert(largestDifference({ answered: sigmoid.answered, defined: bySigmoid }) < ANOTHER_ORDER);
  const added = await both(convolution, {
    behind: [{ operator: "Relu", from: ["in"], to: "other" }, {
      operator: "Add",
      from: ["convolved", "other"],
      to: "out",
    }],
  });
  const inputs = numbers(added.defined.length, 3);
  const defined = added.defined.map((value, at) => value + Math.max(inputs[at], 0));
  assert(largestDifference({ answered: added.answered, defined }) < ANOTHER_ORDER);
});

Deno.test("withDepthwiseConvolution() knows the engine that dml is built from, and no other", () => {
  const engine = wasm.slice();
  assert(isEngineKnown(engine));
  const patched = withDepthwiseConvolution(engine);
  assert(patched !== null && patched.length > wasm.length);
  assertEquals(engine.length, 0, "its bytes are given away");
  for (
    const other of [patched, madeModule({}), madeModule({ types: [[[], []]], functions: [{ type: 0, code: [] }] })]
  ) {
    const { length } = other;
    assert(!isEngineKnown(other));
    assertEquals([withDepthwiseConvolution(other), other.length], [null, length]);
  }
});

Deno.test("patchedAssets() patches the engine, and says so when it is another one", async () => {
  let skipped = 0;
  const sourceOf = (engine: Uint8Array<ArrayBuffer>) =>
    patchedAssets((name) => Promise.resolve(name === "onnxruntime.wasm" ? engine : Uint8Array.of(1)), {
      onSkipped: () => skipped++,
    });
  const patched = await sourceOf(wasm.slice())("onnxruntime.wasm");
  assertEquals(skipped, 0);
  assert(!isEngineKnown(patched) && WebAssembly.validate(patched));
  assertStrictEquals(await sourceOf(patched)("onnxruntime.wasm"), patched);
  assertEquals(skipped, 1);
  assertEquals(await sourceOf(patched)("font.ttf"), Uint8Array.of(1));
  assertEquals(skipped, 1);
});
