import { configOf, metadataOf } from "../../../../../master/http/dialects/v2/model_documents.ts";
import { Signatures } from "../../../../../master/http/dialects/v2/signatures.ts";
import { encodeManifest, type Manifest, modelName } from "../../../../../models/manifest.ts";
import type { RegisteredModel } from "../../../../../models/registry.ts";
import { MemoryBlobStore } from "../../../../../protocol/blob/memory_blob_store.ts";
import { digestOf } from "../../../../../protocol/kernel/digest.ts";
import { DmlError } from "../../../../../protocol/kernel/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../../assert.ts";
import { writtenModel } from "../../../../models/onnx/written_model.ts";
import { DETECTORS } from "../../../../models/pipelines/detections.ts";
import { INPUT, manifestOf } from "../../../../models/pipelines/models.ts";

const FILE = writtenModel({
  inputs: [{ name: "images", dims: [1, 3, "height", null], type: 10 }],
  outputs: [{ name: "boxes", dims: [1, "count", 4] }, { name: "any", dims: [null], type: 7 }],
  metadata: { stride: "32", names: `{0: 'it"s'}` },
});
const RAW = { picture: null, inputs: [{ tensor: "images", type: "float16" as const, dims: [1, 3, -1, -1] }] };

function registered(manifest: Manifest): RegisteredModel {
  return { name: modelName(manifest), manifest, ...encodeManifest(manifest) };
}

async function storeOf(...files: Uint8Array<ArrayBuffer>[]): Promise<MemoryBlobStore> {
  const store = new MemoryBlobStore();
  for (const file of files) await store.put(digestOf(file), file.slice());
  return store;
}

Deno.test("Signatures.of() reads the outputs of a model of tensors in its file, once", async () => {
  const store = await storeOf(FILE);
  const signatures = new Signatures(store);
  const model = registered(manifestOf("tensor", { ...RAW, outputs: [] }, FILE));
  const signature = await signatures.of(model);
  assertEquals(signature.inputs, [{ name: "images", type: "float16", dims: [1, 3, -1, -1] }]);
  assertEquals(signature.outputs, [
    { name: "boxes", type: "float32", dims: [1, -1, 4] },
    { name: "any", type: "int64", dims: [-1] },
  ]);
  await store.delete(digestOf(FILE));
  assertEquals(await signatures.of(model), signature);
  const some = registered(manifestOf("tensor", { ...RAW, outputs: ["any"] }, FILE));
  assertEquals((await assertRejects(() => signatures.of(some), DmlError)).code, "blob_not_found");
  await store.put(digestOf(FILE), FILE.slice());
  assertEquals((await signatures.of(some)).outputs.map(({ name }) => name), ["any"]);
});

Deno.test("metadataOf() and configOf() describe a model in the words of the protocol and of Triton", async () => {
  const signatures = new Signatures(await storeOf(FILE));
  const model = registered(manifestOf("tensor", { ...RAW, outputs: ["boxes"] }, FILE));
  const signature = await signatures.of(model);
  assertEquals(metadataOf(model, { signature, versions: ["1", "3"] }), {
    name: "small-tensor",
    versions: ["1", "3"],
    platform: "onnxruntime_onnx",
    inputs: [{ name: "images", datatype: "FP16", shape: [1, 3, -1, -1] }],
    outputs: [{ name: "boxes", datatype: "FP32", shape: [1, -1, 4] }],
  });
  const { input, output, parameters } = configOf(model, signature);
  assertEquals(input, [{ name: "images", data_type: "TYPE_FP16", dims: [1, 3, -1, -1], format: "FORMAT_NONE" }]);
  assertEquals(output, [{ name: "boxes", data_type: "TYPE_FP32", dims: [1, -1, 4] }]);
  assertEquals(parameters, { metadata: { string_value: `{"stride": "32", "names": "{0: 'it\\"s'}"}` } });
});

Deno.test("a model that takes pictures takes one file as BYTES, and reads no file of its own for that", async () => {
  const signatures = new Signatures(await storeOf());
  const model = registered(manifestOf("detect", { ...DETECTORS[3].parameters, input: INPUT }));
  const signature = await signatures.of(model);
  assertEquals(signature.inputs, [{ name: "image", type: "string", dims: [1] }]);
  const config = configOf(model, signature);
  assertEquals(config.input, [{ name: "image", data_type: "TYPE_STRING", dims: [1], format: "FORMAT_NONE" }]);
  assert(!("parameters" in config));
});
