import { clip } from "../../protocol/kernel/clip.ts";
import { DmlError, type ErrorCode } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Picture } from "../image/picture.ts";
import { PictureTensor } from "../image/resample/picture_tensor.ts";
import { sniffFormat } from "../image/sniff.ts";
import type { RawInput, TensorParameters } from "../manifest/tensor.ts";
import { isNpy, readNpy } from "../npy.ts";
import { countOf, type Tensor } from "../tensor.ts";
import { describe, splitTensors } from "../tensor_bytes.ts";
import { plainRefusal } from "../onnx/engine_operators.ts";
import { isPackedInput, unpackInput } from "../packed_tensors.ts";
import { SingleFileSession } from "./single_file_session.ts";
import type { ModelSessions, Pipeline, PipelineFactory, PipelineResult, RecogniseOptions } from "./pipeline.ts";
import { Stopwatch } from "./stopwatch.ts";
import { feedsOf, fits, madeInput } from "./tensor_feeds.ts";
import { type NamedTensor, packOutputs, tensorValues } from "./tensor_values.ts";

/** Codes with which a model file may refuse the made-up input of a warm-up. */
const REFUSALS: readonly ErrorCode[] = ["engine_failed", "answer_too_large"];

/** Characters of the sentence of a refusal. */
const REASON_CHARACTERS_MAX = 1_000;

interface RunOptions extends Pick<RecogniseOptions, "packTensors"> {
  readonly watch: Stopwatch;
  /** Names of the outputs to return; absent for all. */
  readonly outputs?: readonly string[];
}

/** Creates the pipeline that takes raw tensors and returns raw tensors. */
export const createTensorPipeline: PipelineFactory<"tensor"> = ({ parameters }, sessions, { nowMs }) =>
  new TensorPipeline(sessions, { parameters, nowMs });

class TensorPipeline implements Pipeline {
  /** True because a body that does not hold tensors is decoded as a picture or refused. */
  readonly needsPicture = true;
  readonly #session: SingleFileSession;
  readonly #parameters: TensorParameters;
  readonly #picture: PictureTensor | null;
  readonly #nowMs: () => number;
  #isBusy = false;
  #unwarmed: string | undefined;

  constructor(sessions: ModelSessions, { parameters, nowMs }: { parameters: TensorParameters; nowMs: () => number }) {
    const { inputs, outputs, picture } = parameters;
    this.#session = new SingleFileSession(sessions, { inputs: inputs.map(({ tensor }) => tensor), outputs });
    this.#parameters = parameters;
    this.#picture = picture === null ? null : new PictureTensor(picture);
    this.#nowMs = nowMs;
  }

  get unwarmed(): string | undefined {
    return this.#unwarmed;
  }

  async recognise(picture: Picture | null, options?: Pick<RecogniseOptions, "packTensors">): Promise<PipelineResult> {
    invariant(picture !== null && this.#picture !== null, "a picture comes where one can be an input");
    const watch = new Stopwatch(this.#nowMs);
    this.#picture.fill(picture);
    return await this.#run([this.#picture.tensor], { watch, ...options });
  }

  recogniseTensors(
    body: Uint8Array<ArrayBuffer>,
    options?: Pick<RecogniseOptions, "packTensors">,
  ): Promise<PipelineResult> | null {
    const { inputs, picture } = this.#parameters;
    const watch = new Stopwatch(this.#nowMs);
    if (isPackedInput(body)) {
      const { tensors, outputs } = unpackInput(body);
      return this.#run(feedsOf(tensors, inputs), { watch, outputs, ...options });
    }
    if (picture !== null && !isNpy(body) && sniffFormat(body) !== null) return null;
    const tensors = isNpy(body) ? [fitting(readNpy(body), inputs)] : splitTensors(body, inputs);
    return this.#run(tensors, { watch, ...options });
  }

  async warmUp(picture: Picture): Promise<void> {
    if (this.#picture !== null) return void await this.recognise(picture);
    const tensors = this.#parameters.inputs.map(madeInput);
    if (tensors.includes(null)) {
      this.#unwarmed = "its inputs are too large to be made up";
      return;
    }
    try {
      await this.#run(tensors as Tensor[], { watch: new Stopwatch(this.#nowMs), packTensors: true });
    } catch (error) {
      // The model file need not take made-up numbers: they are no shape, index or size that fits.
      if (!(error instanceof DmlError && REFUSALS.includes(error.code))) throw error;
      this.#unwarmed = `it refused made-up inputs: ${clip(plainRefusal(error.message), REASON_CHARACTERS_MAX)}`;
    }
  }

  async #run(tensors: readonly Tensor[], { watch, outputs, packTensors = false }: RunOptions): Promise<PipelineResult> {
    invariant(!this.#isBusy, "a pipeline looks at one thing at a time");
    this.#isBusy = true;
    try {
      const { inputs } = this.#parameters;
      const feeds = Object.fromEntries(inputs.map(({ tensor }, at) => [tensor, tensors[at]]));
      watch.lap("prepareMs");
      const answer = chosen(await this.#session.run(feeds), outputs);
      watch.lap("inferMs");
      const found = packTensors ? packOutputs(answer) : { tensors: tensorValues(answer) };
      watch.lap("interpretMs");
      return { persons: [], ...found, timings: watch.timings };
    } finally {
      this.#isBusy = false;
    }
  }
}

/** Returns the outputs with these names. Throws `tensor_invalid` if there is no such output. */
function chosen(answer: readonly NamedTensor[], names: readonly string[] | undefined): readonly NamedTensor[] {
  return names?.map((wanted) => {
    const found = answer.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    const known = answer.map(({ name }) => name).join(", ");
    throw new DmlError("tensor_invalid", `The model has no output ${wanted}; it has ${known}.`);
  }) ?? answer;
}

/**
 * Returns `tensor`, read from a file that declares its own shape, if it fits the only one of
 * `inputs`. Throws `tensor_invalid` if it does not.
 */
function fitting(tensor: Tensor, inputs: readonly RawInput[]): Tensor {
  const [wanted, ...more] = inputs;
  if (wanted !== undefined && more.length === 0 && fits(tensor, wanted) && countOf(tensor.dims) > 0) return tensor;
  const given = `${tensor.type} ${tensor.dims.join("x") || "scalar"}`;
  throw new DmlError(
    "tensor_invalid",
    `The .npy file holds ${given}; the model takes ${describe(inputs) || "no input"}.`,
  );
}
