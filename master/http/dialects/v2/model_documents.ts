/** The documents that describe a server and its models to clients. */
import type { RegisteredModel } from "../../../../models/registry.ts";
import { datatypeOf } from "./datatypes.ts";
import type { Signature, SignatureTensor } from "./signatures.ts";

/** Extensions of Triton that are spoken beside the protocol. */
export const EXTENSIONS = [
  "binary_tensor_data",
  "classification",
  "model_configuration",
  "model_repository",
  "statistics",
];

/** Triton's name of what runs a model; that of its ensembles for models that are more than a file. */
function platformOf({ manifest }: RegisteredModel): string {
  return manifest.pipeline === "tensor" ? "onnxruntime_onnx" : "ensemble";
}

/** Returns the metadata of a model; `versions` are all that are served of it. */
export function metadataOf(
  model: RegisteredModel,
  { signature, versions }: { signature: Signature; versions: readonly string[] },
): Record<string, unknown> {
  return {
    name: model.manifest.name,
    versions,
    platform: platformOf(model),
    inputs: signature.inputs.map(metadataTensor),
    outputs: signature.outputs.map(metadataTensor),
  };
}

function metadataTensor({ name, type, dims }: SignatureTensor): Record<string, unknown> {
  return { name, datatype: datatypeOf(type), shape: dims };
}

/**
 * Returns Triton's configuration of a model. Batches are axes like others, so `max_batch_size` is 0:
 * https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto
 */
export function configOf(model: RegisteredModel, signature: Signature): Record<string, unknown> {
  const { manifest } = model;
  return {
    name: manifest.name,
    platform: platformOf(model),
    backend: manifest.pipeline === "tensor" ? "onnxruntime" : "",
    version_policy: { latest: { num_versions: 1 } },
    max_batch_size: 0,
    input: signature.inputs.map((input) => ({ ...configTensor(input), format: formatOf(model, input) })),
    output: signature.outputs.map((output) => configTensor(output)),
    ...(signature.notes.size === 0 ? {} : {
      parameters: { metadata: { string_value: pythonDictionary(signature.notes) } },
    }),
  };
}

function configTensor({ name, type, dims }: SignatureTensor): Record<string, unknown> {
  const datatype = datatypeOf(type);
  return { name, data_type: datatype === "BYTES" ? "TYPE_STRING" : `TYPE_${datatype}`, dims };
}

function formatOf({ manifest }: RegisteredModel, { name }: SignatureTensor): string {
  const picture = manifest.pipeline === "tensor" ? manifest.parameters.picture : null;
  return picture?.tensor === name ? `FORMAT_${picture.layout}` : "FORMAT_NONE";
}

/**
 * Returns the notes of the exporter as a dictionary of Python. Ultralytics' client evaluates it: its
 * exporter notes the stride, the task and the names of the classes, each as a text.
 */
function pythonDictionary(notes: ReadonlyMap<string, string>): string {
  const entries = [...notes].map((pair) => pair.map(pythonText).join(": "));
  return `{${entries.join(", ")}}`;
}

/** Returns a literal of Python; one of JSON is one, in all that it escapes. */
function pythonText(text: string): string {
  return JSON.stringify(text);
}
