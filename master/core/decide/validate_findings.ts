import type { Manifest } from "../../../models/manifest.ts";
import { labelOfClass } from "../../../models/pipelines/classes.ts";
import { EXPRESSIONS, GENDERS, LIVENESSES } from "../../../models/pipelines/faces/attribute_labels.ts";
import { countOf } from "../../../models/tensor.ts";
import { bytesOfType } from "../../../models/tensor_bytes.ts";
import { hasControls } from "../../../protocol/kernel/control_characters.ts";
import type {
  Attributes,
  FoundClass,
  FoundObject,
  PackedTensors,
  TensorValue,
} from "../../../protocol/messages/finding.ts";
import type { Prediction } from "../../../protocol/messages/prediction.ts";

/** Bytes of the length before each text. */
const TEXT_BYTES_MIN = 4;

/** Labels that each attribute can have; an age has none. */
const ATTRIBUTE_LABELS: Readonly<Record<keyof Attributes, readonly string[]>> = {
  age: [],
  gender: GENDERS,
  expression: EXPRESSIONS,
  liveness: LIVENESSES,
};

/**
 * Returns the reason why the model of `manifest` cannot have found what the prediction says;
 * `null` if it can. Every word of a finding is one of the manifest's or of a fixed set.
 */
export function findingsFault(manifest: Manifest, prediction: Prediction): string | null {
  const { persons, labels, objects, tensors, packed } = prediction;
  const { pipeline, parameters } = manifest;
  if (pipeline === "faces") {
    const isDoubting = parameters.doubt !== undefined;
    return firstFault(persons, ({ attributes, doubtful }) => {
      if (doubtful && !isDoubting) return "It doubted a face, which the model does not.";
      return attributesFault(manifest, attributes ?? {});
    });
  }
  if (pipeline === "classify" && labels !== undefined) return classesFault(labels, parameters);
  if (pipeline === "detect") return firstFault(objects ?? [], (found) => labelFault(found, parameters.labels));
  if (pipeline !== "tensor") return null;
  return packed === undefined
    ? tensorsFault(tensors ?? [], parameters.outputs)
    : packedFault(packed, parameters.outputs);
}

/** Returns the first fault of `items`; `null` if none has one. */
export function firstFault<Item>(items: readonly Item[], faultOf: (item: Item) => string | null): string | null {
  for (const item of items) {
    const fault = faultOf(item);
    if (fault !== null) return fault;
  }
  return null;
}

function attributesFault({ files }: Manifest, attributes: Attributes): string | null {
  for (const [name, value] of Object.entries(attributes) as [keyof Attributes, Attributes[keyof Attributes]][]) {
    if (!files.some(({ role }) => role === name)) return `It estimated ${name}, for which the model has no file.`;
    if (typeof value === "object" && !ATTRIBUTE_LABELS[name].includes(value.label)) {
      return `It gave ${name} a label that no model gives.`;
    }
  }
  return null;
}

function classesFault(
  found: readonly FoundClass[],
  { labels, topK }: { readonly labels: readonly string[]; readonly topK: number },
): string | null {
  if (found.length > topK) return `It reported ${found.length} classes, not at most ${topK}.`;
  return firstFault(found, (one) => labelFault(one, labels));
}

function labelFault({ label, index }: FoundClass | FoundObject, labels: readonly string[]): string | null {
  return label === labelOfClass(labels, index) ? null : `It gave class ${index} a label that the model does not.`;
}

function tensorsFault(tensors: readonly TensorValue[], outputs: readonly string[]): string | null {
  if (outputs.length > 0 && tensors.length !== outputs.length) {
    return `It answered with ${tensors.length} tensors, not ${outputs.length}.`;
  }
  for (const [at, { name, dims, data }] of tensors.entries()) {
    // An empty list stands for all outputs of the model file, whose names are not in the manifest.
    const isExpected = outputs.length === 0 ? !hasControls(name) : name === outputs[at];
    if (!isExpected) return `It gave tensor ${at + 1} a name that the model does not.`;
    const count = dims.reduce((product, dim) => product * dim, 1);
    if (count !== data.length) return `Tensor ${at + 1} has ${data.length} values, but the shape of ${count}.`;
  }
  return null;
}

/**
 * Returns the fault of packed tensors. They may be some of the outputs only, because a request may
 * name those that it wants.
 */
function packedFault({ tensors, blob }: PackedTensors, outputs: readonly string[]): string | null {
  if (new Set(tensors.map(({ name }) => name)).size < tensors.length) return "It answered with a tensor twice.";
  for (const [at, { name, type, dims, size }] of tensors.entries()) {
    const isExpected = outputs.length === 0 ? !hasControls(name) : outputs.includes(name);
    if (!isExpected) return `It gave tensor ${at + 1} a name that the model does not.`;
    const count = countOf(dims);
    const isFull = type === "string" ? size >= count * TEXT_BYTES_MIN : size === count * bytesOfType(type);
    if (!isFull) return `Tensor ${at + 1} has ${size} bytes, but the shape of ${count} elements.`;
  }
  const bytes = tensors.reduce((sum, { size }) => sum + size, 0);
  return bytes === (blob?.size ?? 0) ? null : `Its tensors have ${bytes} bytes, their blob ${blob?.size ?? 0}.`;
}
