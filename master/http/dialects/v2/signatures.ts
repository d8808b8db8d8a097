import { inspectOnnx } from "../../../../models/onnx/inspect.ts";
import type { DeclaredTensor } from "../../../../models/onnx/value_info.ts";
import type { Manifest } from "../../../../models/manifest.ts";
import type { RegisteredModel } from "../../../../models/registry.ts";
import type { BlobStore } from "../../../../protocol/ports/blob_store.ts";
import type { Digest } from "../../../../protocol/kernel/digest.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import { TENSOR_TYPES, type TensorType } from "../../../../protocol/messages/finding.ts";

/** Name of the input that takes the file of a picture. */
export const IMAGE = "image";
/** Name of the output with the whole prediction as JSON. */
export const PREDICTION = "prediction";

/** Name, type and shape of an input or output; -1 is a length that each request sets. */
export interface SignatureTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly number[];
}

/** Inputs and outputs of a model as its users see them. */
export interface Signature {
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
  /** Notes of the exporter in the ONNX file, by key; none for models that take pictures. */
  readonly notes: ReadonlyMap<string, string>;
}

const NO_NOTES: ReadonlyMap<string, string> = new Map();

const one = (name: string): SignatureTensor => ({ name, type: "string", dims: [1] });
const many = (name: string, type: TensorType, dims: readonly number[] = []): SignatureTensor => ({
  name,
  type,
  dims: [-1, ...dims],
});
const BOXES = many("boxes", "float32", [4]);
const SCORES = many("scores", "float32");
const CLASSES = many("classes", "int64");
const LABELS = many("labels", "string");

/** Outputs of the models that take pictures, beside the prediction. */
const PICTURE_OUTPUTS: Readonly<Record<Exclude<Manifest["pipeline"], "tensor">, readonly SignatureTensor[]>> = {
  faces: [BOXES, SCORES, many("names", "string")],
  detect: [BOXES, SCORES, CLASSES, LABELS],
  classify: [SCORES, CLASSES, LABELS],
  embed: [many("embedding", "float32")],
  empty: [],
};

/** The signatures of models. That of a model of tensors stands in its ONNX file, which is read once. */
export class Signatures {
  readonly #blobs: Pick<BlobStore, "read">;
  readonly #known = new Map<Digest, Promise<Signature>>();

  constructor(blobs: Pick<BlobStore, "read">) {
    this.#blobs = blobs;
  }

  /** Returns the signature of a model. Throws `blob_not_found` if its file is gone. */
  async of({ digest, manifest }: RegisteredModel): Promise<Signature> {
    if (manifest.pipeline !== "tensor") return pictureSignature(manifest.pipeline);
    const known = this.#known.get(digest);
    if (known !== undefined) return await known;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= LIMITS.modelsMax) this.#known.delete(oldest);
    const reading = this.#read(manifest);
    this.#known.set(digest, reading);
    try {
      return await reading;
    } catch (error) {
      this.#known.delete(digest);
      throw error;
    }
  }

  async #read({ files: [file], parameters }: Extract<Manifest, { pipeline: "tensor" }>): Promise<Signature> {
    const { outputs: declared, metadata: notes } = inspectOnnx(await this.#blobs.read(file.digest));
    const names = parameters.outputs.length > 0 ? parameters.outputs : declared.map(({ name }) => name);
    return {
      inputs: parameters.inputs.map(({ tensor: name, type, dims }) => ({ name, type, dims })),
      outputs: names.map((name) => outputOf(name, declared.find((output) => output.name === name))),
      notes,
    };
  }
}

function pictureSignature(pipeline: Exclude<Manifest["pipeline"], "tensor">): Signature {
  return {
    inputs: pipeline === "empty" ? [] : [one(IMAGE)],
    outputs: [...PICTURE_OUTPUTS[pipeline], one(PREDICTION)],
    notes: NO_NOTES,
  };
}

/** Returns an output as the file declares it; one axis of any length stands for an unknown shape. */
function outputOf(name: string, declared: DeclaredTensor | undefined): SignatureTensor {
  const type = TENSOR_TYPES.find((known) => known === declared?.type) ?? "float32";
  return { name, type, dims: declared?.dims?.map((dim) => typeof dim === "number" ? dim : -1) ?? [-1] };
}
