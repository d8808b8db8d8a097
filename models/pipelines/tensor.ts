import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Picture } from "../image/picture.ts";
import { PictureTensor } from "../image/resample/picture_tensor.ts";
import { sniffFormat } from "../image/sniff.ts";
import type { RawInput, TensorParameters } from "../manifest/tensor.ts";
import { isNpy, readNpy } from "../npy.ts";
import { countOf, type Tensor } from "../tensor.ts";
import { bytesOfType, describe, splitTensors, tensorOfBytes } from "../tensor_bytes.ts";
import { SingleFileSession } from "./single_file_session.ts";
import type { ModelSessions, Pipeline, PipelineFactory, PipelineResult } from "./pipeline.ts";
import { Stopwatch } from "./stopwatch.ts";
import { tensorValues } from "./tensor_values.ts";

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

  constructor(sessions: ModelSessions, { parameters, nowMs }: { parameters: TensorParameters; nowMs: () => number }) {
    const { inputs, outputs, picture } = parameters;
    this.#session = new SingleFileSession(sessions, { inputs: inputs.map(({ tensor }) => tensor), outputs });
    this.#parameters = parameters;
    this.#picture = picture === null ? null : new PictureTensor(picture);
    this.#nowMs = nowMs;
  }

  async recognise(picture: Picture | null): Promise<PipelineResult> {
    invariant(picture !== null && this.#picture !== null, "a picture comes where one can be an input");
    const watch = new Stopwatch(this.#nowMs);
    this.#picture.fill(picture);
    return await this.#run([this.#picture.tensor], watch);
  }

  recogniseTensors(body: Uint8Array<ArrayBuffer>): Promise<PipelineResult> | null {
    const { inputs, picture } = this.#parameters;
    if (picture !== null && !isNpy(body) && sniffFormat(body) !== null) return null;
    const watch = new Stopwatch(this.#nowMs);
    return this.#run(isNpy(body) ? [fitting(readNpy(body), inputs)] : splitTensors(body, inputs), watch);
  }

  async warmUp(picture: Picture): Promise<void> {
    if (this.#picture !== null) await this.recognise(picture);
    else await this.#run(this.#parameters.inputs.map(zeros), new Stopwatch(this.#nowMs));
  }

  async #run(tensors: readonly Tensor[], watch: Stopwatch): Promise<PipelineResult> {
    invariant(!this.#isBusy, "a pipeline looks at one thing at a time");
    this.#isBusy = true;
    try {
      const { inputs } = this.#parameters;
      const feeds = Object.fromEntries(inputs.map(({ tensor }, at) => [tensor, tensors[at]]));
      watch.lap("prepareMs");
      const answer = await this.#session.run(feeds);
      watch.lap("inferMs");
      const values = tensorValues(answer);
      watch.lap("interpretMs");
      return { persons: [], tensors: values, timings: watch.timings };
    } finally {
      this.#isBusy = false;
    }
  }
}

/**
 * Returns `tensor`, read from a file that declares its own shape, if it fits the only one of
 * `inputs`. Throws `tensor_invalid` if it does not.
 */
function fitting(tensor: Tensor, inputs: readonly RawInput[]): Tensor {
  const [wanted, ...more] = inputs;
  const fits = more.length === 0 && tensor.type === wanted.type && tensor.dims.length === wanted.dims.length &&
    wanted.dims.every((dim, axis) => dim === -1 || dim === tensor.dims[axis]);
  if (fits && countOf(tensor.dims) > 0) return tensor;
  const given = `${tensor.type} ${tensor.dims.join("x") || "scalar"}`;
  throw new DmlError("tensor_invalid", `The .npy file holds ${given}; the model takes ${describe(inputs)}.`);
}

/**
 * Returns a tensor of zeros for the warm-up of a model file that takes no picture; open lengths
 * become one.
 */
function zeros({ tensor: name, type, dims: wanted }: RawInput): Tensor {
  const dims = wanted.map((dim) => dim === -1 ? 1 : dim);
  return tensorOfBytes(new Uint8Array(countOf(dims) * bytesOfType(type)), { type, dims, what: `The tensor ${name}` });
}
