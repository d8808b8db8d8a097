/** The protocol at `/v2` through master, node and worker, with requests as clients of Triton send them. */
import type { RawInput } from "../../../models/manifest/tensor.ts";
import { bytesOfElement, bytesOfTexts, splitElements } from "../../../models/tensor_bytes.ts";
import { samplePhoto } from "../../../tools/sample_photos.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../assert.ts";
import { answeringModel, graphModel, type Place, tensor } from "../../models/onnx/graph_model.ts";
import { DETECTORS } from "../../models/pipelines/detections.ts";
import { INPUT, manifestOf } from "../../models/pipelines/models.ts";
import { entry, NODE_NAME, type V2Answer, V2World } from "./v2_world.ts";

function tensorEntry(
  name: string,
  { inputs, outputs, ...graph }: Parameters<typeof graphModel>[0],
): ReturnType<typeof entry> {
  const file = graphModel({ inputs, outputs, ...graph });
  const raw = Object.entries(inputs).map(([input, { type = "float32", dims }]): RawInput => ({
    tensor: input,
    type,
    dims: [...dims],
  }));
  return entry({ ...manifestOf("tensor", { picture: null, inputs: raw, outputs: [] }, file), name }, file);
}

function same(name: string, place: Place): ReturnType<typeof entry> {
  const steps = [{ operator: "Identity", from: ["x"], to: "y" }];
  return tensorEntry(name, { inputs: { x: place }, outputs: { y: place }, steps });
}

const SEEING = answeringModel(DETECTORS[3].outputs, { input: { dims: [1, 3, 64, 64] } });
const CATALOG = [
  tensorEntry("doubling", {
    inputs: { x: { dims: [-1, 4] } },
    outputs: { y: { dims: [-1, 4] } },
    steps: [{ operator: "Add", from: ["x", "x"], to: "y" }],
  }),
  // Zeros are no shape of as many elements, so a warm-up with zeros fails.
  tensorEntry("reshape", {
    inputs: { data: { dims: [-1, 3] }, shape: { type: "int64", dims: [2] } },
    outputs: { reshaped: { dims: [-1, -1] } },
    steps: [{ operator: "Reshape", from: ["data", "shape"], to: "reshaped" }],
  }),
  tensorEntry("large", {
    inputs: { shape: { type: "int64", dims: [1] } },
    outputs: { y: { dims: [-1] } },
    constants: { one: tensor([1], [1.5]) },
    steps: [{ operator: "Expand", from: ["one", "shape"], to: "y" }],
  }),
  tensorEntry("constant", {
    inputs: {},
    outputs: { y: { dims: [2] } },
    constants: { two: tensor([2], [3, 4]) },
    steps: [{ operator: "Identity", from: ["two"], to: "y" }],
  }),
  same("half", { type: "float16", dims: [-1] }),
  same("wide", { type: "int64", dims: [-1] }),
  same("floats", { dims: [-1] }),
  same("words", { type: "string", dims: [-1] }),
  entry(manifestOf("detect", { ...DETECTORS[3].parameters, input: INPUT }, SEEING), SEEING),
];

/** Returns the only output of an answer, as numbers. */
function only({ status, json }: V2Answer): { shape: number[]; datatype: string; data: unknown } {
  assertEquals(status, 200, JSON.stringify(json));
  const [{ shape, datatype, data }] = json.outputs;
  return { shape, datatype, data };
}

const NUMBERS = Float32Array.of(1, 2, 3, 4);
const DOUBLED = Float32Array.of(2, 4, 6, 8);
const BYTES = new Uint8Array(NUMBERS.buffer);

Deno.test("/v2 speaks the Open Inference Protocol with clients of Triton", async (test) => {
  await using world = await V2World.start(CATALOG);
  const infer = "/v2/models/doubling/infer";
  // A request waits until the node has loaded the model, which is ready from then on.
  await world.post(infer, { inputs: [{ name: "x", shape: [0, 4], datatype: "FP32", data: [] }] });

  await test.step("health and metadata are as clients expect them", async () => {
    assertEquals((await world.get("/v2/health/live")).json, { live: true });
    assertEquals((await world.get("/v2/health/ready")).json, { ready: true });
    const { json: server } = await world.get("/v2");
    assertEquals((await world.get("/v2/")).json, server);
    assert(server.extensions.includes("binary_tensor_data"));
    const { json: metadata } = await world.get("/v2/models/doubling/versions/1");
    assertEquals(metadata, {
      name: "doubling",
      versions: ["1"],
      platform: "onnxruntime_onnx",
      inputs: [{ name: "x", datatype: "FP32", shape: [-1, 4] }],
      outputs: [{ name: "y", datatype: "FP32", shape: [-1, 4] }],
    });
    const { json: config } = await world.get("/v2/models/doubling/config");
    assertEquals(config.input, [{ name: "x", data_type: "TYPE_FP32", dims: [-1, 4], format: "FORMAT_NONE" }]);
    assertEquals(config.max_batch_size, 0);
    assertEquals((await world.get("/v2/models/doubling/versions/1/ready")).json, { name: "doubling", ready: true });
    assertEquals((await world.get("/v2/models/doubling/versions/2")).status, 404);
    const { json: index } = await world.raw("/v2/repository/index", new Uint8Array());
    const { version, state } = index.find(({ name }: { name: string }) => name === "doubling");
    assertEquals([version, state], ["1", "READY"]);
  });

  await test.step("the three forms of a request are answered in theirs", async () => {
    const recorded =
      '{"id":"7","inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}],' +
      '"outputs":[{"name":"y","parameters":{"binary_data":true}}]}';
    const binary = await world.post(infer, recorded, { binary: [BYTES] });
    assertEquals(binary.json, {
      model_name: "doubling",
      model_version: "1",
      id: "7",
      outputs: [{ name: "y", datatype: "FP32", shape: [1, 4], parameters: { binary_data_size: 16 } }],
    });
    assertEquals(binary.binary, new Uint8Array(DOUBLED.buffer));
    const all = '{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}],' +
      '"parameters":{"binary_data_output":true}}';
    assertEquals((await world.post(infer, all, { binary: [BYTES] })).binary, new Uint8Array(DOUBLED.buffer));
    for (const data of ["[1.0,2.0,3.0,4.0]", "[[1.0,2.0,3.0,4.0]]"]) {
      const json = `{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":${data}}],` +
        '"outputs":[{"name":"y","parameters":{"binary_data":false}}]}';
      assertEquals(only(await world.post(infer, json)), { shape: [1, 4], datatype: "FP32", data: [2, 4, 6, 8] });
    }
    const alone = await world.raw(infer, BYTES.slice(), { "inference-header-content-length": "0" });
    assertEquals(alone.binary, new Uint8Array(DOUBLED.buffer));
  });

  await test.step("compressed requests are taken, and answers compressed if that alone is asked for", async () => {
    const json = new TextEncoder().encode(
      '{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}',
    );
    for (const format of ["gzip", "deflate"] as const) {
      const body = await new Response(new Blob([json]).stream().pipeThrough(new CompressionStream(format))).bytes();
      const answer = await world.raw(infer, body, { "content-encoding": format, "accept-encoding": format });
      assertEquals(answer.headers.get("content-encoding"), format);
      assertEquals(only(answer).data, [2, 4, 6, 8]);
    }
    const plain = await world.raw(infer, json, { "accept-encoding": "gzip, deflate, br" });
    assertEquals(plain.headers.get("content-encoding"), null);
    const garbage = await world.raw(infer, json, { "content-encoding": "gzip" });
    assertEquals(garbage.status, 400);
  });

  await test.step("classification returns the best classes of each row", async () => {
    const answer = await world.post(infer, {
      inputs: [{ name: "x", shape: [2, 4], datatype: "FP32", data: [1, 4, 2, 3, 9, 8, 7, 6] }],
      outputs: [{ name: "y", parameters: { classification: 2 } }],
    });
    const data = ["8:1", "6:3", "18:0", "16:1"];
    assertEquals(only(answer), { shape: [2, 2], datatype: "BYTES", data });
  });

  await test.step("shapes, empty inputs and models without inputs are no obstacle", async () => {
    const reshaped = await world.post("/v2/models/reshape/infer", {
      inputs: [
        { name: "shape", shape: [2], datatype: "INT64", data: [3, 2] },
        { name: "data", shape: [2, 3], datatype: "FP32", data: [1, 2, 3, 4, 5, 6] },
      ],
    });
    assertEquals(only(reshaped), { shape: [3, 2], datatype: "FP32", data: [1, 2, 3, 4, 5, 6] });
    const empty = await world.post(infer, { inputs: [{ name: "x", shape: [0, 4], datatype: "FP32", data: [] }] });
    assertEquals(only(empty), { shape: [0, 4], datatype: "FP32", data: [] });
    const constant = await world.post("/v2/models/constant/infer", { inputs: [] });
    assertEquals(only(constant), { shape: [2], datatype: "FP32", data: [3, 4] });
  });

  await test.step("results of any size come back as bytes, and as JSON up to its limit", async () => {
    const count = 4_000_000;
    const shape = [{ name: "shape", shape: [1], datatype: "INT64", data: [count] }];
    const binary = await world.post("/v2/models/large/infer", {
      inputs: shape,
      parameters: { binary_data_output: true },
    });
    assertEquals([binary.status, binary.binary.length], [200, 4 * count]);
    assertEquals(new Float32Array(binary.binary.slice().buffer).every((value) => value === 1.5), true);
    const small = await world.post("/v2/models/large/infer", { inputs: [{ ...shape[0], data: [300_000] }] });
    assertEquals((only(small).data as number[]).length, 300_000);
    const refused = await world.post("/v2/models/large/infer", { inputs: [{ ...shape[0], data: [20_000_000] }] });
    assertEquals([refused.status, refused.json.code], [422, "answer_too_large"]);
  });

  await test.step("numbers keep their digits, and texts their letters", async () => {
    const asked = async (model: string, datatype: string, data: string) => {
      const count = data === "[]" ? 0 : data.split(",").length;
      const body = `{"inputs":[{"name":"x","shape":[${count}],"datatype":"${datatype}","data":${data}}]}`;
      return only(await world.post(`/v2/models/${model}/infer`, body)).data;
    };
    assertEquals(await asked("half", "FP16", "[0.5,-65504,1e-7]"), [0.5, -65504, 1.1920928955078125e-7]);
    assertEquals(await asked("floats", "FP32", "[NaN,Infinity,-Infinity,-0.0]"), ["NaN", "Infinity", "-Infinity", -0]);
    assertEquals(await asked("words", "BYTES", '["né","NaN 12345678901234567890"]'), [
      "né",
      "NaN 12345678901234567890",
    ]);
    const wide = `{"inputs":[{"name":"x","shape":[2],"datatype":"INT64","data":[9007199254740993,-1]}],
      "parameters":{"binary_data_output":true}}`;
    const { binary } = await world.post("/v2/models/wide/infer", wide);
    assertEquals(new BigInt64Array(binary.slice().buffer), BigInt64Array.of(9_007_199_254_740_993n, -1n));
    const texts = bytesOfTexts(["a", ""]);
    const parameters = { binary_data_size: texts.length };
    const words = { inputs: [{ name: "x", shape: [2], datatype: "BYTES", parameters }] };
    assertEquals(only(await world.post("/v2/models/words/infer", words, { binary: [texts] })).data, ["a", ""]);
  });

  await test.step("a picture in BYTES is looked at, with labels for classification", async () => {
    const photo = bytesOfElement(await samplePhoto(1));
    const image = { name: "image", shape: [1], datatype: "BYTES", parameters: { binary_data_size: photo.length } };
    const path = "/v2/models/small-detect/infer";
    const answer = await world.post(path, { inputs: [image] }, { binary: [photo] });
    assertEquals(answer.status, 200, JSON.stringify(answer.json));
    const [boxes, scores, classes, labels, prediction] = answer.json.outputs;
    assertEquals([boxes.shape, scores.shape, classes.data], [[3, 4], [3], ["0", "1", "0"].map(Number)]);
    assertEquals(labels.data, ["cat", "dog", "cat"]);
    const { objects } = JSON.parse(prediction.data[0]);
    const { x, y, width, height } = objects[0].box;
    assertEquals(boxes.data.slice(0, 4), [x, y, x + width, y + height].map(Math.fround));
    const outputs = [{ name: "scores", parameters: { classification: 1 } }, {
      name: "annotated",
      parameters: { binary_data: true },
    }];
    const drawn = await world.post(path, { inputs: [image], outputs }, { binary: [photo] });
    assertEquals(drawn.json.outputs[0].data, ["0.875:0:cat"]);
    const [file] = splitElements(drawn.binary, { count: 1, what: "It" });
    assertEquals(file.subarray(0, 2), Uint8Array.of(0xff, 0xd8));
    const jsonPicture = await world.post(path, { inputs: [{ ...image, parameters: {}, data: ["no picture"] }] });
    assertEquals([jsonPicture.status, jsonPicture.json.code], [415, "image_unsupported"]);
  });

  await test.step("refusals say why in `error`, and no answer names the node", async () => {
    const input = { name: "x", shape: [1, 4], datatype: "FP32", data: [1, 2, 3, 4] };
    const table: [path: string, body: unknown, status: number, sentence: RegExp][] = [
      ["/v2/models/nothing/infer", { inputs: [input] }, 404, /no model nothing/],
      [infer, { inputs: [] }, 422, /input x is missing/],
      [
        infer,
        { inputs: [{ ...input, shape: [1, 5], data: [1, 2, 3, 4, 5] }] },
        422,
        /x is float32 1x5, not float32 Nx4/,
      ],
      [infer, { inputs: [{ ...input, datatype: "FP64" }] }, 422, /x is float64 1x4/],
      [infer, { inputs: [{ ...input, data: [1, 2, 3] }] }, 422, /3 elements; its shape has 4/],
      [infer, { inputs: [{ ...input, data: [1, 2, 3, "four"] }] }, 422, /holds "four"/],
      [infer, { inputs: [input, { ...input, name: "z" }] }, 422, /no input z/],
      [infer, { inputs: [input], outputs: [{ name: "z" }] }, 422, /no output z; it has y/],
      [infer, "{", 400, /not JSON/],
      ["/v2/models/small-detect/infer", { inputs: [{ ...input, name: "image" }] }, 422, /one picture file/],
    ];
    for (const [path, body, status, sentence] of table) {
      const { json, status: actual } = await world.post(path, body);
      assertEquals(actual, status, path);
      assertMatch(json.error, sentence);
      assert(!JSON.stringify(json).includes(NODE_NAME));
    }
    const { json: stats } = await world.get("/v2/models/doubling/stats");
    const { success, fail } = stats.model_stats[0].inference_stats;
    assert(success.count >= 7 && success.ns > 0 && fail.count >= 7, JSON.stringify(stats));
    const { json, headers } = await world.post(infer, { inputs: [input] });
    assert(!(JSON.stringify(json) + JSON.stringify([...headers])).includes(NODE_NAME));
    assertStringIncludes(headers.get("content-type") ?? "", "application/json");
  });
});
