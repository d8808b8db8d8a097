import type { RawInput } from "../../../models/manifest/tensor.ts";
import { packInput } from "../../../models/packed_tensors.ts";
import { createPipeline } from "../../../models/pipelines/create_pipeline.ts";
import type { Pipeline } from "../../../models/pipelines/pipeline.ts";
import type { ModelSession, Tensor } from "../../../models/tensor.ts";
import { bytesOfTensor } from "../../../models/tensor_bytes.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { tensor } from "../onnx/graph_model.ts";
import { manifestOf } from "./models.ts";

type Run = (inputs: Readonly<Record<string, Tensor>>) => Record<string, Tensor>;

/** Returns a pipeline of these inputs whose model file answers with what `run` returns. */
function pipelineOf(inputs: RawInput[], run: Run, outputs: string[] = ["y", "z"]): Pipeline {
  const session: ModelSession = {
    inputNames: inputs.map(({ tensor }) => tensor),
    outputNames: outputs,
    run: async (given) => await run(given),
    release: () => Promise.resolve(),
  };
  const manifest = manifestOf("tensor", { picture: null, inputs, outputs: [] });
  return createPipeline(manifest, { model: session }, { nowMs: () => 0 });
}

const FLOATS: RawInput = { tensor: "x", type: "float32", dims: [-1, 2] };
const COUNT: RawInput = { tensor: "count", type: "int64", dims: [] };
const X = { name: "x", ...tensor([1, 2], [1, 2]) };
const ANSWER = { y: tensor([2], [3, 4]), z: tensor([0], [], "int64") };
/** A picture that must not be looked at. */
const NO_PICTURE = { width: 0, height: 0 } as Parameters<Pipeline["warmUp"]>[0];

function packed(tensors: readonly (Tensor & { name: string })[], outputs?: string[]): Uint8Array<ArrayBuffer> {
  return packInput({
    tensors: tensors.map((one) => ({ name: one.name, type: one.type, dims: one.dims, bytes: bytesOfTensor(one) })),
    ...(outputs === undefined ? {} : { outputs }),
  });
}

Deno.test("recogniseTensors() runs packed tensors by name, and returns the outputs that are wanted", async () => {
  let given: Readonly<Record<string, Tensor>> = {};
  const pipeline = pipelineOf([FLOATS, COUNT], (inputs) => {
    given = inputs;
    return ANSWER;
  });
  const count = { name: "count", ...tensor([], [7], "int64") };
  const body = packed([count, X], ["z", "y"]);
  const result = await pipeline.recogniseTensors!(body, { packTensors: true });
  assertEquals(given, { x: tensor([1, 2], [1, 2]), count: tensor([], [7], "int64") });
  assertEquals(result?.packed?.tensors.map(({ name, dims, size }) => [name, dims, size]), [["z", [0], 0], [
    "y",
    [2],
    8,
  ]]);
  assertEquals(result?.tensorBytes, new Uint8Array(Float32Array.of(3, 4).buffer));
  const values = await pipeline.recogniseTensors!(packed([count, X]));
  assertEquals(values?.tensors?.map(({ name, data }) => [name, data]), [["y", [3, 4]], ["z", []]]);
});

Deno.test("recogniseTensors() refuses packed tensors that are not those of the model", async () => {
  const pipeline = pipelineOf([FLOATS], () => ANSWER);
  const wrong: [tensors: (Tensor & { name: string })[], message: string][] = [
    [[], "x is missing"],
    [[X, X], "given twice"],
    [[X, { ...X, name: "other" }], "no input other"],
    [[{ name: "x", ...tensor([2], [1, 2]) }], "x is float32 2, not float32 Nx2"],
    [[{ name: "x", ...tensor([1, 3], [1, 2, 3]) }], "x is float32 1x3"],
    [[{ name: "x", ...tensor([1, 2], [1, 2], "int32") }], "x is int32 1x2"],
  ];
  for (const [tensors, message] of wrong) {
    const error = assertThrows(() => pipeline.recogniseTensors!(packed(tensors)), DmlError, message);
    assertEquals(error.code, "tensor_invalid");
  }
  await assertRejects(() => pipeline.recogniseTensors!(packed([X], ["w"]))!, DmlError, "no output w; it has y, z");
});

Deno.test("recogniseTensors() runs a model file without inputs", async () => {
  const pipeline = pipelineOf([], () => ANSWER);
  assertEquals((await pipeline.recogniseTensors!(packed([])))?.tensors?.length, 2);
});

Deno.test("warmUp() runs on ones, which a shape, a divisor and a scale may be", async () => {
  const given: Readonly<Record<string, Tensor>>[] = [];
  const pipeline = pipelineOf([FLOATS, COUNT], (inputs) => {
    given.push(inputs);
    return ANSWER;
  });
  await pipeline.warmUp(NO_PICTURE);
  assertEquals(given, [{ x: tensor([1, 2], [1, 1]), count: tensor([], [1], "int64") }]);
  assertEquals(pipeline.unwarmed, undefined);
});

Deno.test("warmUp() gives up, and says why, on inputs that the model file refuses or that are too large", async () => {
  const refusing = pipelineOf([FLOATS], () => {
    throw new DmlError("engine_failed", "No such index.");
  });
  await refusing.warmUp(NO_PICTURE);
  assertEquals(refusing.unwarmed, "it refused made-up inputs: No such index.");
  const large = pipelineOf([{ ...FLOATS, dims: [20_000, 20_000] }], () => ANSWER);
  await large.warmUp(NO_PICTURE);
  assertEquals(large.unwarmed, "its inputs are too large to be made up");
  const broken = pipelineOf([FLOATS], () => ({}));
  await broken.warmUp(NO_PICTURE);
  const bug = pipelineOf([FLOATS], () => {
    throw new TypeError("a bug");
  });
  await assertRejects(() => bug.warmUp(NO_PICTURE), TypeError);
});
