import { type PackedInput, packInput, type TensorBytes } from "../../../../models/packed_tensors.ts";
import { inOrder } from "../../../../models/pipelines/tensor_feeds.ts";
import type { Manifest } from "../../../../models/manifest.ts";
import type { RegisteredModel } from "../../../../models/registry.ts";
import { bytesOfElement, splitElements } from "../../../../models/tensor_bytes.ts";
import { countOf } from "../../../../models/tensor.ts";
import { DmlError } from "../../../../protocol/kernel/errors.ts";
import { LIMITS } from "../../../../protocol/kernel/limits.ts";
import type { PackedTensors } from "../../../../protocol/messages/finding.ts";
import type { Prediction } from "../../../../protocol/messages/prediction.ts";
import { invariant } from "../../../../protocol/kernel/invariant.ts";
import type { MasterBlobs } from "../../../blobs/master_blobs.ts";
import type { CheckedRequest, Predictions } from "../../../turn/predictions.ts";
import { classified } from "./classification.ts";
import type { AnswerOutput } from "./infer_answer.ts";
import type { InferRequest, WantedOutput } from "./infer_request.ts";
import { classifiedPicture, pictureOutputs } from "./picture_outputs.ts";
import type { Signatures } from "./signatures.ts";

/** Name of an output that is made only if a request names it: the annotated picture, as a JPEG. */
const ANNOTATED = "annotated";

type TensorManifest = Extract<Manifest, { pipeline: "tensor" }>;

export interface InferenceOptions {
  readonly predictions: Pick<Predictions, "check" | "run">;
  readonly blobs: Pick<MasterBlobs, "view" | "read">;
  readonly signatures: Pick<Signatures, "of">;
}

/** The request of a caller. */
export interface Asked {
  /** The model as it was named, such as `faces` or `faces@1`. */
  readonly name: string;
  readonly request: InferRequest;
  /** Gallery in which a model of faces looks for people; `null` for none. */
  readonly gallery: string | null;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
}

/** The outputs in the order in which they were asked for, and the prediction that they come from. */
export interface Inferred {
  readonly outputs: readonly AnswerOutput[];
  readonly prediction: Prediction;
}

/** Answers requests of the protocol with tasks of the master. */
export class Inference {
  readonly #options: InferenceOptions;

  constructor(options: InferenceOptions) {
    this.#options = options;
  }

  /**
   * Checks a request as far as that is possible before its body is read. Throws what
   * {@linkcode Predictions.check} throws.
   */
  check(
    model: string,
    { annotate = false, gallery = null }: { annotate?: boolean; gallery?: string | null } = {},
  ): CheckedRequest {
    const options = { annotate, gallery, embeddings: false, crops: false } as const;
    return this.#options.predictions.check({ model, ...options, packTensors: true });
  }

  /**
   * Runs a request. Throws `tensor_invalid` or `request_invalid` if it does not fit the model, and
   * what {@linkcode Predictions.run} throws.
   */
  async infer(checked: CheckedRequest, asked: Asked): Promise<Inferred> {
    const { manifest } = checked.model;
    if (manifest.pipeline !== "tensor") return await this.#inferPicture(checked.model, asked);
    const picture = manifest.parameters.picture === null ? null : pictureIn(asked.request);
    return await this.#inferTensors({ checked, manifest, picture }, asked);
  }

  async #inferPicture(model: RegisteredModel, { name, request, gallery, signal }: Asked): Promise<Inferred> {
    const needsPicture = model.manifest.pipeline !== "empty";
    const image = pictureIn(request) ?? new Uint8Array();
    if (needsPicture && image.length === 0) {
      throw new DmlError(
        "tensor_invalid",
        `${model.name} takes one picture file: an input of datatype BYTES, shape [1].`,
      );
    }
    const signature = await this.#options.signatures.of(model);
    const known = [...signature.outputs.map(({ name }) => name), ...needsPicture ? [ANNOTATED] : []];
    refuseUnknown(request.outputs, known);
    const annotate = request.outputs?.some(({ name }) => name === ANNOTATED) ?? false;
    const checked = this.check(name, { annotate, gallery: model.manifest.pipeline === "faces" ? gallery : null });
    const { prediction, annotated } = await this.#options.predictions.run(image, checked, signal);
    const found = pictureOutputs(prediction);
    if (annotated !== null) found.push(fileOutput(ANNOTATED, await this.#read(annotated.digest)));
    const outputs = chosen(found, request).map(({ wanted, tensor }) => {
      if (wanted.classes === 0) return { ...tensor, isBinary: wanted.isBinary };
      const best = classifiedPicture(wanted.name, wanted.classes, prediction);
      if (best !== null) return { ...best, isBinary: wanted.isBinary };
      throw new DmlError("request_invalid", `The output ${wanted.name} has no classes; ask it of scores.`);
    });
    return { outputs, prediction };
  }

  async #inferTensors(
    { checked, manifest, picture }: {
      checked: CheckedRequest;
      manifest: TensorManifest;
      picture: Uint8Array<ArrayBuffer> | null;
    },
    { request, signal }: Asked,
  ): Promise<Inferred> {
    const { inputs, outputs } = manifest.parameters;
    const signature = await this.#options.signatures.of(checked.model);
    refuseUnknown(request.outputs, outputs.length > 0 ? outputs : signature.outputs.map(({ name }) => name));
    const names = request.outputs === null ? {} : { outputs: [...new Set(request.outputs.map(({ name }) => name))] };
    const body = picture ?? packed({ tensors: inOrder(request.inputs, inputs), ...names });
    const { prediction } = await this.#options.predictions.run(body, checked, signal);
    invariant(prediction.packed !== undefined, "the result was checked");
    const found = await this.#unpack(prediction.packed);
    const answer = chosen(found, request).map(({ wanted: { classes, isBinary }, tensor }) =>
      classes === 0 ? { ...tensor, isBinary } : { ...classified(tensor, { count: classes, labels: [] }), isBinary }
    );
    return { outputs: answer, prediction };
  }

  /** Returns the tensors of a result as views of its blob. */
  async #unpack({ tensors, blob }: PackedTensors): Promise<TensorBytes[]> {
    const bytes = blob === undefined ? new Uint8Array() : await this.#read(blob.digest);
    let start = 0;
    const found = tensors.map(({ size, ...tensor }) => {
      start += size;
      return { ...tensor, bytes: bytes.subarray(start - size, start) };
    });
    if (start === bytes.length) return found;
    throw new DmlError("attempt_failed", "The answer did not match the request.");
  }

  async #read(digest: Parameters<MasterBlobs["view"]>[0]): Promise<Uint8Array> {
    // A view is enough, because the answer copies the bytes.
    return this.#options.blobs.view(digest) ?? await this.#options.blobs.read(digest);
  }
}

function packed(input: PackedInput): Uint8Array<ArrayBuffer> {
  const body = packInput(input);
  if (body.length <= LIMITS.imageBytesMax) return body;
  throw new DmlError(
    "image_too_large",
    `The tensors have ${body.length} bytes; at most ${LIMITS.imageBytesMax} are taken.`,
    { advice: "Send fewer in one request." },
  );
}

/** Returns the file in a request whose only input is one element of BYTES; `null` if it is not so. */
function pictureIn({ inputs }: InferRequest): Uint8Array<ArrayBuffer> | null {
  const [input, ...more] = inputs;
  if (input === undefined || more.length > 0 || input.type !== "string" || countOf(input.dims) !== 1) return null;
  const [file] = splitElements(input.bytes, { count: 1, what: `The input ${input.name}` });
  return file.slice();
}

/** Returns a file as the only element of an output. */
function fileOutput(name: string, file: Uint8Array): TensorBytes {
  return { name, type: "string", dims: [1], bytes: bytesOfElement(file) };
}

function refuseUnknown(wanted: readonly WantedOutput[] | null, known: readonly string[]): void {
  const unknown = wanted?.find(({ name }) => !known.includes(name));
  if (unknown === undefined) return;
  throw new DmlError("tensor_invalid", `The model has no output ${unknown.name}; it has ${known.join(", ")}.`);
}

/** Returns the outputs that a request wants, in its order; all of them if it names none. */
function chosen(
  found: readonly TensorBytes[],
  { outputs, isBinary }: InferRequest,
): { wanted: WantedOutput; tensor: TensorBytes }[] {
  const all = found.map(({ name }) => ({ name, isBinary, classes: 0 }));
  return (outputs ?? all).map((wanted) => {
    const tensor = found.find(({ name }) => name === wanted.name);
    if (tensor !== undefined) return { wanted, tensor };
    throw new DmlError("attempt_failed", "The answer did not match the request.");
  });
}
