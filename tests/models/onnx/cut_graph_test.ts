import published from "face-models/model/fr_detect.onnx" with { type: "bytes" };
import { FACES } from "../../../models/catalog/faces.ts";
import { cutGraph } from "../../../models/onnx/cut_graph.ts";
import { inspectOnnx } from "../../../models/onnx/inspect.ts";
import { decodeBox, priorsOf } from "../../../models/pipelines/faces/priors.ts";
import { floatTensor } from "../../../models/tensor.ts";
import { createModelSession } from "../../../node/engine/onnx_session.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import "../../node/engine/started_onnx.ts";
import { graphModel, type Step, tensor } from "./graph_model.ts";

/** `out = (in + one) * two - three`, all over 2x3 numbers; `spare` is looked at by nobody. */
function chain(steps: readonly Step[] = []): Uint8Array<ArrayBuffer> {
  return graphModel({
    inputs: { in: { dims: [2, 3] }, spare: { dims: [1] } },
    outputs: { out: { dims: [2, 3] }, other: { dims: [1] } },
    constants: { one: tensor([], [1]), two: tensor([], [2]), three: tensor([], [3]) },
    steps: [
      { operator: "Add", from: ["in", "one"], to: "sum" },
      { operator: "Mul", from: ["sum", "two"], to: "product" },
      { operator: "Sub", from: ["product", "three"], to: "out" },
      { operator: "Neg", from: ["spare"], to: "other" },
      ...steps,
    ],
  });
}

Deno.test("cutGraph() keeps what the new outputs need, under their new names, and opens lengths", async () => {
  const cut = cutGraph(chain(), { inputs: { in: ["rows", "columns"] }, outputs: { total: "sum", twice: "product" } });
  const { inputs, outputs, operators } = inspectOnnx(cut);
  assertEquals(inputs, [{ name: "in", type: "float32", dims: ["rows", "columns"] }]);
  assertEquals(outputs.map(({ name, type }) => [name, type]), [["total", "float32"], ["twice", "float32"]]);
  assertEquals(operators.map(({ name }) => name), ["Add", "Mul"]);
  assert(cut.length < chain().length);
  const session = await createModelSession(cut);
  for (const dims of [[2, 3], [1, 1], [3, 2]]) {
    const numbers = Float32Array.from({ length: dims[0] * dims[1] }, (_, at) => at);
    const { total, twice } = await session.run({ in: floatTensor(numbers, dims) });
    assertEquals([total.dims, twice.dims], [dims, dims]);
    assertEquals([...total.data], [...numbers].map((value) => value + 1));
    assertEquals([...twice.data], [...numbers].map((value) => (value + 1) * 2));
  }
  await session.release();
});

Deno.test("cutGraph() leaves the shape of an input that it does not name, and its argument as it was", () => {
  const bytes = chain();
  const before = bytes.slice();
  const { inputs } = inspectOnnx(cutGraph(bytes, { inputs: { in: [2, 3] }, outputs: { sum: "sum" } }));
  assertEquals(inputs, [{ name: "in", type: "float32", dims: [2, 3] }]);
  assertEquals(bytes, before);
});

Deno.test("cutGraph() refuses a graph that cannot be cut so, and says why", () => {
  const inputs = { in: [2, 3] };
  const faults: [() => unknown, string][] = [
    [() => cutGraph(chain(), { inputs, outputs: { out: "nothing" } }), "it has no tensor nothing"],
    [() => cutGraph(chain(), { inputs, outputs: { out: "other" } }), "it has no tensor spare"],
    [() => cutGraph(chain(), { inputs, outputs: { sum: "product" } }), "another tensor is called sum"],
    [() => cutGraph(new Uint8Array([1, 2, 3]), { inputs, outputs: { out: "out" } }), "not an ONNX file"],
    [() => cutGraph(new Uint8Array(0), { inputs, outputs: { out: "out" } }), "holds no graph"],
  ];
  for (const [cut, reason] of faults) {
    const error = assertThrows(cut, DmlError, reason);
    assertEquals(error.code, "model_invalid");
  }
});

Deno.test("FACES has the scores and boxes of the published detector", async () => {
  const input = { width: 320, height: 240 };
  const numbers = Float32Array.from({ length: 3 * 320 * 240 }, (_, at) => (at * 7919 % 256 - 127) / 128);
  const feeds = { input: floatTensor(numbers, [1, 3, input.height, input.width]) };
  const whole = await createModelSession(published);
  const part = await createModelSession(await FACES.loadFile("detect"));
  const [{ scores, boxes }, cut] = [await whole.run(feeds), await part.run(feeds)];
  await whole.release();
  await part.release();
  assert(cut.regressions.data instanceof Float32Array);
  assertEquals(cut.scores.dims, scores.dims);
  const differences = [...cut.scores.data].map((score, at) => Math.abs(Number(score) - Number(scores.data[at])));
  assert(differences.every((difference) => difference < 1e-6));
  const priors = priorsOf(input);
  for (let index = 0; index < priors.length / 4; index++) {
    const corners = decodeBox(cut.regressions.data, priors, index);
    corners.forEach((at, corner) => assert(Math.abs(at - Number(boxes.data[index * 4 + corner])) < 1e-6));
  }
});
