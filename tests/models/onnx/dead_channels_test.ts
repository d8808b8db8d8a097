import fc from "fast-check";
import published from "face-models/model/fr_feature.onnx" with { type: "bytes" };
import { FACES } from "../../../models/catalog/faces.ts";
import { removeDeadChannels } from "../../../models/onnx/dead_channels.ts";
import { optimise } from "../../../models/onnx/optimise.ts";
import { floatTensor } from "../../../models/tensor.ts";
import { createModelSession } from "../../../node/engine/onnx_session.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "../../assert.ts";
import "../../node/engine/started_onnx.ts";
import { type Block, blockDims, blockModel, type BlockWeights, OUTPUTS } from "./block_model.ts";
import { message } from "./protobuf_writer.ts";

/**
 * Kinds of channel: a normal one, one that is zero for every input, and one whose output has no
 * effect.
 */
type Kind = "alive" | "zero" | "unseen";

const number = fc.integer({ min: 1, max: 20 }).chain((tenths) => fc.constantFrom(tenths / 10, -tenths / 10));
const kinds = fc.array(fc.constantFrom<Kind>("alive", "zero", "unseen"), { minLength: 1, maxLength: 6 });

function blockOf(kinds: readonly Kind[], next: () => number): Block {
  const channels = kinds.length, inputs = 3;
  const each = (count: number, value: (kind: Kind) => number) =>
    kinds.flatMap((kind) => Array.from({ length: count }, () => value(kind)));
  const unlessZero = (kind: Kind) => kind === "zero" ? 0 : next();
  const outward = Array.from({ length: OUTPUTS }, () => kinds.map((kind) => kind === "unseen" ? 0 : next()));
  return {
    inputs,
    channels,
    widen: { weights: each(inputs, unlessZero), bias: each(1, unlessZero) },
    alone: { weights: each(9, next), bias: each(1, unlessZero) },
    narrow: { weights: outward.flat(), bias: [next(), next()] },
    activation: "Relu",
  };
}

const block: fc.Arbitrary<{ block: Block; kinds: Kind[] }> = fc
  .record({ kinds, values: fc.infiniteStream(number), slopes: fc.boolean() })
  .map(({ kinds, values, slopes }) => {
    const next = () => values.next().value ?? 1;
    const plain = blockOf(kinds, next);
    return { kinds, block: slopes ? { ...plain, slopes: kinds.map(next) } : plain };
  });

async function answersOf(bytes: Uint8Array, dims: readonly number[]): Promise<Float32Array> {
  const session = await createModelSession(bytes);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const input = Float32Array.from({ length: count }, (_, at) => (at * 7919 % 256 - 127) / 128);
  const [name] = session.inputNames, [output] = session.outputNames;
  const { data } = (await session.run({ [name]: floatTensor(input, dims) }))[output];
  await session.release();
  assert(data instanceof Float32Array);
  return data;
}

Deno.test("removeDeadChannels() removes exactly the dead channels, and the output stays the same", async () => {
  await fc.assert(
    fc.asyncProperty(block, async ({ block, kinds }) => {
      const bytes = blockModel(block);
      const slim = removeDeadChannels(bytes);
      const dead = kinds.filter((kind) => kind !== "alive").length;
      assertEquals(slim.removed, dead === kinds.length ? 0 : dead);
      const [before, after] = [await answersOf(bytes, blockDims(block)), await answersOf(slim.bytes, blockDims(block))];
      before.forEach((value, at) => assertAlmostEquals(after[at], value, 1e-4));
      assertEquals(removeDeadChannels(slim.bytes).removed, 0);
    }),
    { numRuns: 60 },
  );
});

function constantBlock(changes: Partial<Block> = {}): Block {
  return { ...blockOf(["alive", "zero", "unseen", "alive"], () => 0.5), ...changes };
}

Deno.test("removeDeadChannels() returns the same bytes if there is nothing to remove", () => {
  const bytes = blockModel(blockOf(["alive", "alive"], () => 0.5));
  assertStrictEquals(removeDeadChannels(bytes).bytes, bytes);
  assertEquals(removeDeadChannels(blockModel(constantBlock())).removed, 2);
});

Deno.test("removeDeadChannels() keeps a channel whose bias makes it nonzero", () => {
  const { widen, alone } = constantBlock();
  const withBias = ({ weights, bias }: BlockWeights) => ({ weights, bias: bias.with(1, 0.25) });
  assertEquals(removeDeadChannels(blockModel(constantBlock({ widen: withBias(widen) }))).removed, 1);
  assertEquals(removeDeadChannels(blockModel(constantBlock({ alone: withBias(alone) }))).removed, 1);
});

Deno.test("removeDeadChannels() keeps blocks with other readers, and those whose activation changes zero", () => {
  const kept: Partial<Block>[] = [
    { alsoOutput: "a" },
    { alsoOutput: "wide" },
    { alsoOutput: "b" },
    { alsoOutput: "lone" },
    { weightsAsInput: true },
    { activation: "Sigmoid" },
  ];
  for (const changes of kept) {
    const bytes = blockModel(constantBlock(changes));
    assertStrictEquals(removeDeadChannels(bytes).bytes, bytes, JSON.stringify(changes));
  }
});

Deno.test("removeDeadChannels() refuses a truncated file", () => {
  const whole = blockModel(constantBlock());
  const graphEnd = whole.length - message({ number: 8, bytes: message({ number: 2, varint: 13 }) }).length;
  for (let length = 3; length < graphEnd; length += 7) {
    const error = assertThrows(() => removeDeadChannels(whole.slice(0, length)), DmlError);
    assertEquals(error.code, "model_invalid");
  }
});

Deno.test("removeDeadChannels() terminates on a file whose nodes form a cycle", () => {
  const circle = ["Relu", "Relu"].map((operator, at) => ({
    number: 1,
    bytes: message(
      { number: 1, bytes: Uint8Array.of(65 + at) },
      { number: 2, bytes: Uint8Array.of(66 - at) },
      { number: 4, bytes: new TextEncoder().encode(operator) },
    ),
  }));
  const bytes = message({ number: 7, bytes: message(...circle) });
  assertEquals(removeDeadChannels(bytes).removed, 0);
});

Deno.test("removeDeadChannels() returns a file or throws its own error for a damaged file", () => {
  const whole = blockModel(constantBlock());
  fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
    const bytes = whole.slice();
    bytes[at] = value;
    try {
      assert(removeDeadChannels(bytes).bytes.length > 0);
    } catch (error) {
      assert(error instanceof DmlError && error.code === "model_invalid", String(error));
    }
  }));
});

Deno.test("optimise() keeps the embedder's output, in two thirds of its bytes", async () => {
  const before = published.slice();
  const taken = optimise(published);
  assertEquals(published, before);
  assertEquals(taken, await FACES.loadFile("embed"));
  assert(taken.length < 0.75 * published.length);
  const dims = [1, 3, 112, 112];
  const [one, other] = [await answersOf(published, dims), await answersOf(taken, dims)];
  one.forEach((value, at) => assertAlmostEquals(other[at], value, 2e-6));
});
