import { answerOf, type Answers } from "../../../models/propose/answers.ts";
import { proposeManifest } from "../../../models/propose/propose_manifest.ts";
import { inspectOnnx } from "../../../models/onnx/inspect.ts";
import { decodeUltraface } from "../../../models/pipelines/detect/ultraface.ts";
import { floatTensor } from "../../../models/tensor.ts";
import { digestOf } from "../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { type ModelParts, writtenModel } from "../onnx/written_model.ts";

function propose(parts: ModelParts, options: { labels?: string[]; answers?: Answers } = {}) {
  const bytes = writtenModel(parts);
  return proposeManifest(inspectOnnx(bytes), {
    name: "net",
    version: 1,
    description: "A net.",
    license: "MIT",
    file: { digest: digestOf(bytes), size: bytes.length },
    dml: "0.1.0",
    labels: options.labels ?? null,
    answers: options.answers ?? {},
  });
}

/** Returns a model with a picture input of this side length, channels first, and these outputs. */
function looking(side: number | string, outputs: Record<string, readonly (number | string)[]>): ModelParts {
  return {
    inputs: [{ name: "images", dims: ["batch", 3, side, side] }],
    outputs: Object.entries(outputs).map(([name, dims]) => ({ name, dims })),
    nodes: [{ operator: "Conv", inputs: ["images"], outputs: Object.keys(outputs) }],
  };
}

/**
 * Returns the family that the proposal recognises: the pipeline, or the decoding if it is a
 * detector.
 */
function familyOf(parts: ModelParts): string {
  const { manifest } = propose(parts);
  return manifest.pipeline === "detect" ? manifest.parameters.decode : manifest.pipeline;
}

Deno.test("proposeManifest() recognises families by the shapes of their outputs", () => {
  const table: [family: string, parts: ModelParts][] = [
    ["classify", looking(224, { logits: [1, 1_000] })],
    ["classify", looking(224, { logits: ["batch", 7, 1, 1] })],
    ["embed", looking(112, { output: [1, 512] })],
    ["embed", looking(112, { embedding: [1, 100] })],
    ["yolox", looking(416, { output: [1, 3_549, 85] })],
    ["yolov5", looking(640, { output0: [1, 25_200, 85] })],
    ["yolov8", looking(640, { output0: [1, 84, 8_400] })],
    ["yolov8", looking("height", { output0: ["batch", 84, "anchors"] })],
    ["ultraface", looking(240, { scores: [1, 4_420, 2], boxes: [1, 4_420, 4] })],
    ["ssd", looking(300, { scores: [1, 1_917, 21], boxes: [1, 1_917, 4] })],
    ["ssd", looking(300, { boxes: [1, 100, 4], classes: [1, 100], scores: [1, 100] })],
    ["tensor", looking(64, { mask: [1, 3, 64, 64] })],
    ["tensor", { inputs: [{ name: "tokens", dims: [1, 77], type: 7 }], outputs: [{ name: "out", dims: [1, 10] }] }],
    ["tensor", looking(640, { output0: [1, 300, 6] })],
  ];
  for (const [family, parts] of table) {
    const shapes = JSON.stringify(parts.outputs);
    assertEquals(familyOf(parts), family, shapes);
  }
});

Deno.test("proposeManifest() takes no face detector with points for another detector, and says where its file belongs", () => {
  const grids = [[8, 6_400], [16, 1_600], [32, 400]];
  const heads = (columns: Record<string, number>, anchors: number) =>
    Object.fromEntries(
      grids.flatMap(([stride, cells]) =>
        Object.entries(columns).map(([name, count]) => [`${name}_${stride}`, [1, cells * anchors, count]])
      ),
    );
  const table: [family: string, parts: ModelParts][] = [
    ["yunet", looking(640, heads({ cls: 1, obj: 1, bbox: 4, kps: 10 }, 1))],
    ["scrfd", looking("side", heads({ a: 1, b: 4, c: 10 }, 2))],
    ["retinaface", looking(640, { loc: [1, 16_800, 4], conf: [1, 16_800, 2], landms: [1, 16_800, 10] })],
  ];
  for (const [family, parts] of table) {
    const { manifest, reasons } = propose(parts);
    assertEquals(manifest.pipeline, "tensor");
    assertStringIncludes(reasons[0], `the face detector ${family}, which only a \`faces\` model decodes`);
  }
  const pair = looking(640, { loc: [1, 16_800, 4], conf: [1, 16_800, 2] });
  assertEquals(familyOf(pair), "ultraface");
});

Deno.test("proposeManifest() reads the input's layout, size and type, and asks for what is open", () => {
  const last = propose({
    inputs: [{ name: "x", dims: [1, 96, 128, 1], type: 2 }],
    outputs: [{ name: "y", dims: [1, 3] }],
  });
  assert(last.manifest.pipeline === "classify");
  const { layout, channels, width, height, type, scale, mean, std } = last.manifest.parameters.input;
  assertEquals([layout, channels, width, height, type], ["NHWC", "grey", 128, 96, "uint8"]);
  assertEquals([scale, mean, std], [1, [0], [1]]);
  assertEquals(last.questions.map(({ key }) => key), ["task"]);

  const open = propose(looking("side", { logits: [1, 10] }));
  assertEquals(open.questions.map(({ key, fallback }) => [key, fallback]), [
    ["task", "classify"],
    ["size", "224x224"],
    ["normalisation", "imagenet"],
    ["channels", "RGB"],
  ]);
});

Deno.test("proposeManifest() uses given answers, does not ask for them again, and refuses those that contradict the file", () => {
  const parts = looking("side", { logits: [1, 10] });
  const answers = { ...answerOf("task", "classify"), ...answerOf("size", "96x64"), ...answerOf("channels", "BGR") };
  const { manifest, questions } = propose(parts, { answers: { ...answers, ...answerOf("normalisation", "unit") } });
  assertEquals(questions, []);
  assert(manifest.pipeline === "classify");
  const { width, height, channels, scale, mean, std } = manifest.parameters.input;
  assertEquals([width, height, channels, scale, mean, std], [96, 64, "BGR", 1 / 255, [0], [1]]);

  const fixed = looking(224, { logits: [1, 10] });
  const wrongSize = assertThrows(() => propose(fixed, { answers: answerOf("size", "96") }), DmlError);
  assertStringIncludes(wrongSize.message, "224x224");
  const wrongTask = assertThrows(() => propose(fixed, { answers: answerOf("task", "yolov8") }), DmlError);
  assertStringIncludes(wrongTask.message, "classify, embed, tensor");
});

Deno.test("answerOf() refuses invalid answers", () => {
  for (const [key, text] of [["size", "big"], ["size", "0"], ["size", "5000"], ["channels", "rgb"]] as const) {
    assertEquals(assertThrows(() => answerOf(key, text), DmlError).code, "usage");
  }
  assertEquals(assertThrows(() => answerOf("normalisation", "constructor"), DmlError).code, "usage");
  assertEquals(assertThrows(() => answerOf("task", "toString"), DmlError).code, "usage");
});

Deno.test("proposeManifest() does not apply softmax twice", () => {
  const ending = (operator: string) => ({
    ...looking(224, { probabilities: [1, 10] }),
    nodes: [{ operator, inputs: ["images"], outputs: ["probabilities"] }],
  });
  const activation = (operator: string) => {
    const { manifest } = propose(ending(operator));
    return manifest.pipeline === "classify" ? manifest.parameters.activation : null;
  };
  assertEquals(["Softmax", "Sigmoid", "Gemm"].map(activation), ["none", "none", "softmax"]);
});

Deno.test("proposeManifest() finds labels in the given file, the exporter's metadata or COCO, or reports that there are none", () => {
  const labelsOf = ({ manifest }: ReturnType<typeof propose>) =>
    manifest.pipeline === "classify" || manifest.pipeline === "detect" ? manifest.parameters.labels : null;
  const classify = looking(224, { logits: [1, 2] });
  assertEquals(labelsOf(propose(classify, { labels: ["cat", "dog"] })), ["cat", "dog"]);
  const count = assertThrows(() => propose(classify, { labels: ["cat"] }), DmlError);
  assertStringIncludes(count.message, "1 labels for a model of 2 classes");
  const noted = { ...looking(640, { output0: [1, 6, 8_400] }), metadata: { names: "{0: 'cat', 1: \"dog's\"}" } };
  assertEquals(labelsOf(propose(noted)), ["cat", "dog's"]);
  assertEquals(labelsOf(propose(looking(640, { output0: [1, 84, 8_400] })))?.slice(0, 2), ["person", "bicycle"]);
  const none = propose(looking(224, { logits: [1, 1_000] }));
  assertEquals(labelsOf(none), []);
  assertStringIncludes(none.reasons.join(" "), "ImageNet");
  const ssd = looking(300, { scores: [1, 1_917, 3], boxes: [1, 1_917, 4] });
  assertEquals(labelsOf(propose(ssd, { labels: ["cat", "dog"] })), ["background", "cat", "dog"]);
});

Deno.test("proposeManifest() gives UltraFace its single class", () => {
  const ultraface = looking(240, { scores: [1, 2, 2], boxes: [1, 2, 4] });
  const boxes = floatTensor(new Float32Array([0, 0, 1, 1, 0, 0, 1, 1]), [1, 2, 4]);
  const scores = floatTensor(new Float32Array([0.9, 0.1, 0.1, 0.9]), [1, 2, 2]);
  for (const [given, label] of [[undefined, "face"], [["head"], "head"], [["BACKGROUND", "head"], "head"]] as const) {
    const { manifest } = propose(ultraface, { labels: given && [...given] });
    assert(manifest.pipeline === "detect" && manifest.parameters.decode === "ultraface");
    assertEquals(manifest.parameters.labels, [label]);
    assertEquals(decodeUltraface([boxes, scores], manifest.parameters).map(({ index }) => index), [0]);
  }
  assertThrows(() => propose(ultraface, { labels: ["a", "b", "c"] }), DmlError);
});

Deno.test("proposeManifest() requires as many labels as the file has classes", () => {
  const parts = looking(112, { output: [1, 64] });
  const labels = Array.from({ length: 64 }, (_, index) => `class ${index}`);
  assertEquals(propose(parts).manifest.pipeline, "embed");
  assertEquals(propose(parts, { labels }).manifest.pipeline, "classify");
  assertEquals(propose(parts, { labels: labels.slice(1) }).manifest.pipeline, "embed");
});

Deno.test("proposeManifest() states the requirements of the file", () => {
  const { manifest } = propose({ ...looking(224, { logits: [1, 2] }), operatorSets: { "": 17, unused: 3 } });
  const { engine, dml, operatorSets, memoryBytes } = manifest.requirements;
  assertEquals([engine, dml, operatorSets], ["wasm", "0.1.0", [{ domain: "ai.onnx", version: 17 }]]);
  assert(memoryBytes > 100 * 1024 ** 2);
});
