import publishedDetector from "face-models/model/fr_detect.onnx" with { type: "bytes" };
import published from "face-models/model/fr_feature.onnx" with { type: "bytes" };
import { FACES } from "../../../models/catalog/faces.ts";
import { zeroTinyWeights } from "../../../models/onnx/tiny_weights.ts";
import { floatTensor, type ModelSession } from "../../../models/tensor.ts";
import { createModelSession } from "../../../node/engine/onnx_session.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
} from "../../assert.ts";
import { floats } from "../../models/onnx/protobuf_writer.ts";
import { graphModel } from "../../models/onnx/graph_model.ts";
import { smallModel } from "../../models/onnx/small_model.ts";
import { RealmWorker } from "./started_onnx.ts";

/** Numbers of `TensorProto.DataType`. */
const FLOAT32 = 1;
const UINT8 = 2;
const INT64 = 7;
const BOOL = 9;

/** Returns a reproducible tensor with values from -127/128 to 1. */
function ramp(dims: readonly number[]) {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return floatTensor(Float32Array.from({ length: count }, (_, at) => (at * 7919 % 256 - 127) / 128), dims);
}

function floatsOf(output: { readonly data: unknown }): Float32Array {
  assert(output.data instanceof Float32Array);
  return output.data;
}

/**
 * Expected outputs of each model file for `ramp`: the first, middle and last numbers, and the sum
 * of the magnitudes. They were computed from the published files by an independent program (every
 * operator written in numpy, sums in double precision).
 */
const EXPECTED = [
  {
    role: "detect",
    dims: [1, 3, 240, 320],
    outputs: {
      scores: { first: 0.927006, second: 0.0729938, middle: 0.940508, last: 0.0595347, sum: 4420 },
      boxes: { first: 0.00963155, second: 0.012943, middle: 0.376853, last: 1.26036, sum: 8855.7 },
    },
  },
  {
    role: "landmarks",
    dims: [1, 1, 64, 64],
    outputs: {
      output: { first: 0.161101, second: 0.311701, middle: 0.555195, last: 0.655554, sum: 67.9231 },
    },
  },
  {
    role: "embed",
    dims: [1, 3, 112, 112],
    outputs: {
      output: { first: -0.0268972, second: 0.080532, middle: 0.116201, last: -0.238768, sum: 35.7954 },
    },
  },
] as const;

for (const { role, dims, outputs } of EXPECTED) {
  Deno.test(`createModelSession() computes what the model file ${role} defines`, async () => {
    // The detector that dml runs leaves the decoding of boxes out; cutGraph() has a test of its
    // own.
    const session = await createModelSession(role === "detect" ? publishedDetector : await FACES.loadFile(role));
    assertEquals([...session.inputNames], ["input"]);
    assertEquals([...session.outputNames], Object.keys(outputs));
    const answer = await session.run({ input: ramp(dims) });
    for (const [name, expected] of Object.entries(outputs)) {
      const all = floatsOf(answer[name]);
      assertEquals(answer[name].type, "float32");
      assertEquals(answer[name].dims.reduce((product, dim) => product * dim, 1), all.length);
      const sum = all.reduce((total, value) => total + Math.abs(value), 0);
      assertAlmostEquals(sum, expected.sum, 1e-4 * expected.sum);
      const { first, second, middle, last } = expected;
      const places = [0, 1, all.length / 2, all.length - 1];
      places.forEach((at, index) => assertAlmostEquals(all[at], [first, second, middle, last][index], 2e-5));
    }
    await session.release();
  });
}

Deno.test("zeroTinyWeights() does not change a bit of the embedder's output", async () => {
  const answers: Float32Array[] = [];
  for (const bytes of [published, zeroTinyWeights(published.slice()).bytes]) {
    const session = await createModelSession(bytes);
    answers.push(floatsOf((await session.run({ input: ramp([1, 3, 112, 112]) })).output));
    await session.release();
  }
  assertEquals(new Uint8Array(answers[1].buffer), new Uint8Array(answers[0].buffer));
});

async function answerOf(session: ModelSession, inputs: Parameters<ModelSession["run"]>[0]) {
  const answer = await session.run(inputs);
  await session.release();
  return answer;
}

Deno.test("createModelSession() supports every type of tensor as input and output", async () => {
  const cases = [
    { type: FLOAT32, tensor: floatTensor(Float32Array.of(1.5, -2), [2]) },
    { type: INT64, tensor: { type: "int64", data: BigInt64Array.of(7n, -(2n ** 60n)), dims: [2] } },
    { type: UINT8, tensor: { type: "uint8", data: Uint8Array.of(0, 255), dims: [2] } },
  ] as const;
  for (const { type, tensor } of cases) {
    const session = await createModelSession(
      smallModel("Identity", { inputs: ["in"], inputType: type, outputType: type }),
    );
    const { out } = await answerOf(session, { in: tensor });
    assertEquals(out, { type: tensor.type, data: tensor.data, dims: [2] });
  }
});

Deno.test("createModelSession() lists its inputs and passes them to the model file by name", async () => {
  const session = await createModelSession(smallModel("Sub", { inputs: ["whole", "part"] }));
  assertEquals([...session.inputNames], ["whole", "part"]);
  const { out } = await answerOf(session, {
    part: floatTensor(Float32Array.of(1, 2), [2]),
    whole: floatTensor(Float32Array.of(10, 20), [2]),
  });
  assertEquals([...floatsOf(out)], [9, 18]);
});

Deno.test("createModelSession() reports the engine's reason for refusing a file", async () => {
  const cut = (await FACES.loadFile("landmarks")).subarray(0, 100_000);
  const unknown = smallModel("NoSuchOperator", { inputs: ["in"] });
  for (const bytes of [new Uint8Array(0), floats(1, 2, 3), cut, unknown]) {
    const error = await assertRejects(() => createModelSession(bytes), DmlError);
    assertEquals(error.code, "engine_failed");
    assertMatch(error.message, /^The engine refused the model file: .{5,}/);
    assert(error.message.length < 600);
  }
});

Deno.test("ModelSession.run() refuses inputs that do not match, and still accepts those that do", async () => {
  const session = await createModelSession(smallModel("Identity", { inputs: ["in"] }));
  const fits = { in: floatTensor(Float32Array.of(1, 2), [2]) };
  const wrong = [
    {},
    { other: fits.in },
    { in: floatTensor(Float32Array.of(1, 2, 3), [3]) },
    { in: { type: "uint8", data: Uint8Array.of(1, 2), dims: [2] } },
    { in: { type: "float32", data: Float32Array.of(1, 2), dims: [1, 1] } },
  ] as const;
  for (const inputs of wrong) {
    const error = await assertRejects(() => session.run({ ...inputs }), DmlError);
    assertEquals(error.code, "engine_failed");
    assertMatch(error.message, /^The model file failed: .{5,}/);
  }
  assertEquals([...floatsOf((await session.run(fits)).out)], [1, 2]);
  await session.release();
});

Deno.test("ModelSession.run() returns booleans as bytes", async () => {
  const session = await createModelSession(smallModel("IsNaN", { inputs: ["in"], outputType: BOOL }));
  const { out } = await session.run({ in: floatTensor(Float32Array.of(1, NaN), [2]) });
  assertEquals({ ...out, dims: [...out.dims] }, { type: "bool", data: Uint8Array.of(0, 1), dims: [2] });
  await session.release();
});

Deno.test("ModelSession.run() takes and returns 16-bit floats and texts", async () => {
  const halves = { type: "float16", dims: [2], data: Float16Array.of(1.5, -0.25) } as const;
  const words = { type: "string", dims: [2], data: ["né", ""] } as const;
  const places = { half: { type: "float16", dims: [2] }, word: { type: "string", dims: [2] } } as const;
  const session = await createModelSession(graphModel({
    inputs: places,
    outputs: { "half again": places.half, "word again": places.word },
    steps: Object.keys(places).map((from) => ({ operator: "Identity", from: [from], to: `${from} again` })),
  }));
  const answer = await session.run({ half: halves, word: words });
  assertEquals(answer, { "half again": halves, "word again": words });
  await session.release();
});

Deno.test("ModelSession.run() fails once the model file was released", async () => {
  const session = await createModelSession(smallModel("Identity", { inputs: ["in"] }));
  await session.release();
  const run = () => session.run({ in: floatTensor(Float32Array.of(1, 2), [2]) });
  assertEquals((await assertRejects(run, DmlError)).code, "engine_failed");
});

Deno.test("ModelSession.run() returns to each of many concurrent calls its own output, while model files come and go", async () => {
  const sub = await createModelSession(smallModel("Sub", { inputs: ["whole", "part"] }));
  const same = await createModelSession(smallModel("Identity", { inputs: ["in"] }));
  const calls = Array.from({ length: 50 }, async (_, at) => {
    const passing = createModelSession(smallModel("Neg", { inputs: ["in"] }));
    const [left, kept] = await Promise.all([
      sub.run({ whole: floatTensor(Float32Array.of(at, at), [2]), part: floatTensor(Float32Array.of(1, 2), [2]) }),
      same.run({ in: floatTensor(Float32Array.of(at, -at), [2]) }),
    ]);
    await (await passing).release();
    return [...floatsOf(left.out), ...floatsOf(kept.out)];
  });
  assertEquals(await Promise.all(calls), calls.map((_, at) => [at - 1, at - 2, at, -at]));
  await Promise.all([sub.release(), same.release()]);
});

Deno.test("createModelSession() restores the realm's Worker", async () => {
  const session = await createModelSession(smallModel("Identity", { inputs: ["in"] }));
  assertStrictEquals(globalThis.Worker, RealmWorker);
  await session.release();
});
