import { type Manifest, manifestSchema } from "../../../../models/manifest.ts";
import { findingsFault } from "../../../../master/core/decide/validate_findings.ts";
import { digestOf } from "../../../../protocol/kernel/digest.ts";
import type { Attributes, PackedTensor, TensorValue } from "../../../../protocol/messages/finding.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import { assertEquals, assertMatch } from "../../../assert.ts";
import { DETECTORS } from "../../../models/pipelines/detections.ts";
import { INPUT, LABELS, manifestOf } from "../../../models/pipelines/models.ts";
import { facesManifest, predictionOf } from "../../core_world.ts";

const SCORES = { input: INPUT, output: "scores", activation: "softmax", topK: 2, scoreMin: 0 } as const;
const CLASSIFY = manifestOf("classify", { ...SCORES, labels: LABELS });
const UNLABELLED = manifestOf("classify", { ...SCORES, labels: [] });
const DETECT = manifestOf("detect", { ...DETECTORS[0].parameters, labels: LABELS });
const RAW = { picture: null, inputs: [{ tensor: "x", type: "float32" as const, dims: [1] }] };
const TENSOR = manifestOf("tensor", { ...RAW, outputs: ["y", "z"] });
const ANY_OUTPUTS = manifestOf("tensor", { ...RAW, outputs: [] });
const LIE = "evil-node 10.0.0.7";

function faultOf(manifest: Manifest, found: Partial<Prediction>): string | null {
  return findingsFault(manifest, { ...predictionOf("any@1"), ...found });
}

const classOf = (label: string, index: number) => ({ label, index, score: 0.5 });
const objectOf = (label: string, index: number) => ({
  ...classOf(label, index),
  box: { x: 0, y: 0, width: 1, height: 1 },
});
const tensorOf = (name: string, fields: Partial<TensorValue> = {}): TensorValue => {
  return { name, type: "float32", dims: [1, 2], data: [0, 1], ...fields };
};

Deno.test("findingsFault() accepts labels of the manifest only, each at its own index", () => {
  assertEquals(faultOf(CLASSIFY, { labels: [classOf("dog", 1), classOf("cat", 0)] }), null);
  assertEquals(faultOf(UNLABELLED, { labels: [classOf("class 7", 7)] }), null);
  assertEquals(faultOf(DETECT, { objects: [objectOf("dog", 1)] }), null);
  for (const label of [LIE, "cat", "class 1", "dog\u202e", "dog\x9b"]) {
    assertMatch(faultOf(CLASSIFY, { labels: [classOf(label, 1)] }) ?? "", /class 1 a label/);
    assertMatch(faultOf(DETECT, { objects: [objectOf("cat", 0), objectOf(label, 1)] }) ?? "", /class 1 a label/);
  }
  assertMatch(faultOf(UNLABELLED, { labels: [classOf(LIE, 0)] }) ?? "", /class 0 a label/);
});

Deno.test("findingsFault() accepts no more classes than the manifest asks for", () => {
  const labels = [classOf("dog", 1), classOf("cat", 0), classOf("dog", 1)];
  assertMatch(faultOf(CLASSIFY, { labels }) ?? "", /3 classes, not at most 2/);
});

Deno.test("findingsFault() accepts tensors under the names of the manifest, in their shape", () => {
  assertEquals(faultOf(TENSOR, { tensors: [tensorOf("y"), tensorOf("z", { dims: [], data: [1] })] }), null);
  assertEquals(faultOf(ANY_OUTPUTS, { tensors: [tensorOf("/head/Sigmoid_output_0")] }), null);
  assertMatch(faultOf(TENSOR, { tensors: [tensorOf("y"), tensorOf(LIE)] }) ?? "", /tensor 2 a name/);
  assertMatch(faultOf(TENSOR, { tensors: [tensorOf("z"), tensorOf("y")] }) ?? "", /tensor 1 a name/);
  assertMatch(faultOf(TENSOR, { tensors: [tensorOf("y")] }) ?? "", /1 tensors, not 2/);
  assertMatch(faultOf(ANY_OUTPUTS, { tensors: [tensorOf("y\u202e")] }) ?? "", /tensor 1 a name/);
  assertMatch(faultOf(ANY_OUTPUTS, { tensors: [tensorOf("y", { dims: [3] })] }) ?? "", /2 values/);
});

Deno.test("findingsFault() accepts packed tensors of the model whose bytes fill their shapes and their blob", () => {
  const packedOf = (name: string, fields: Partial<PackedTensor> = {}): PackedTensor => {
    return { name, type: "float32", dims: [1, 2], size: 8, ...fields };
  };
  const fault = (manifest: Manifest, tensors: PackedTensor[], size?: number) => {
    const bytes = size ?? tensors.reduce((sum, tensor) => sum + tensor.size, 0);
    const blob = bytes === 0 ? {} : { blob: { digest: digestOf(Uint8Array.of(1)), size: bytes } };
    return faultOf(manifest, { packed: { tensors, ...blob } }) ?? "";
  };
  const empty = packedOf("y", { dims: [0], size: 0 });
  const texts = packedOf("z", { type: "string", dims: [2], size: 11 });
  for (const good of [[packedOf("z")], [packedOf("z"), packedOf("y")], [empty], [texts], []]) {
    assertEquals(fault(TENSOR, good), "");
  }
  assertEquals(fault(ANY_OUTPUTS, [packedOf("/head/Sigmoid_output_0")]), "");
  assertMatch(fault(TENSOR, [packedOf("y"), packedOf("y")]), /a tensor twice/);
  assertMatch(fault(TENSOR, [packedOf(LIE)]), /tensor 1 a name/);
  assertMatch(fault(ANY_OUTPUTS, [packedOf("y\u202e")]), /tensor 1 a name/);
  assertMatch(fault(TENSOR, [packedOf("y", { size: 7 })]), /Tensor 1 has 7 bytes/);
  assertMatch(fault(TENSOR, [{ ...texts, size: 7 }]), /Tensor 1 has 7 bytes/);
  assertMatch(fault(TENSOR, [packedOf("y")], 9), /8 bytes, their blob 9/);
  assertMatch(fault(TENSOR, [packedOf("y")], 0), /8 bytes, their blob 0/);
});

Deno.test("findingsFault() accepts attributes that the model estimates, with their fixed labels", () => {
  const faces = facesManifest();
  const roles = ["age", "gender", "expression", "liveness"];
  const manifest = { ...faces, files: [...faces.files, ...roles.map((role) => ({ ...faces.files[0], role }))] };
  const fault = (attributes: Attributes, model: Manifest = manifest) => {
    const landmarks = Array.from({ length: 5 }, () => ({ x: 1, y: 1 }));
    const box = { x: 0, y: 0, width: 1, height: 1 };
    return faultOf(model, { persons: [{ box, score: 1, landmarks, name: null, similarity: null, attributes }] });
  };
  const choice = (label: string) => ({ label, score: 1 });
  const table: [keyof Attributes, string[]][] = [
    ["gender", ["female", "male"]],
    ["expression", ["happy", "sad", "neutral", "other"]],
    ["liveness", ["live", "spoof"]],
  ];
  assertEquals(fault({ age: 30 }), null);
  assertMatch(fault({ age: 30 }, faces) ?? "", /age, for which the model has no file/);
  for (const [name, labels] of table) {
    for (const label of labels) assertEquals(fault({ [name]: choice(label) }), null);
    assertMatch(fault({ [name]: choice(LIE) }) ?? "", new RegExp(`${name} a label`));
    assertMatch(fault({ [name]: choice(labels[0]) }, faces) ?? "", /for which the model has no file/);
  }
});

Deno.test("findingsFault() accepts a doubtful face only from a model that doubts faces", () => {
  const faces = facesManifest();
  const doubt = {
    heightMin: 20,
    bias: 0,
    numbers: new Array(10).fill(0),
    embedding: [1],
    doubtfulBelow: 0.5,
    omittedBelow: 0.1,
  };
  const doubting = manifestSchema.parse({ ...faces, parameters: { ...faces.parameters, doubt } });
  const sure = manifestSchema.parse({ ...faces, parameters: { ...faces.parameters, doubt: undefined } });
  const landmarks = Array.from({ length: 5 }, () => ({ x: 1, y: 1 }));
  const box = { x: 0, y: 0, width: 1, height: 1 };
  const person = { box, score: 1, landmarks, name: null, similarity: null };
  assertEquals(faultOf(doubting, { persons: [{ ...person, doubtful: true }, person] }), null);
  assertEquals(faultOf(sure, { persons: [person] }), null);
  assertMatch(faultOf(sure, { persons: [person, { ...person, doubtful: true }] }) ?? "", /doubted a face/);
});
