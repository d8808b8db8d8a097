import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Size } from "../image/geometry/geometry.ts";
import type { Picture } from "../image/picture.ts";
import { PictureTensor } from "../image/resample/picture_tensor.ts";
import type { Placement } from "../image/geometry/placement.ts";
import type { PictureInput } from "../manifest/picture_input.ts";
import type { Tensor } from "../tensor.ts";
import { SingleFileSession } from "./single_file_session.ts";
import type { InterpretedOutputs, ModelSessions, Pipeline, PipelineResult } from "./pipeline.ts";
import { Stopwatch } from "./stopwatch.ts";

/** Outputs for one picture, with the geometry that is needed to interpret them. */
export interface PictureOutputs {
  /** Outputs in the order in which they were requested. */
  readonly outputs: readonly Tensor[];
  readonly picture: Size;
  /** Placement of the picture in the input. */
  readonly placement: Placement;
}

export interface PictureModelOptions {
  readonly input: PictureInput;
  readonly outputs: readonly string[];
  readonly nowMs: () => number;
  /**
   * Converts outputs to findings. Throws `model_invalid` if the outputs are not those that the
   * manifest describes.
   */
  readonly interpret: (outputs: PictureOutputs) => InterpretedOutputs;
}

/** Pipeline with one model file that runs once per picture: prepare, run, interpret. */
export class PictureModel implements Pipeline {
  readonly needsPicture = true;
  readonly #session: SingleFileSession;
  readonly #input: PictureTensor;
  readonly #options: PictureModelOptions;
  /**
   * True while a picture is processed. All pictures share the input tensor, so they are processed
   * one at a time.
   */
  #isBusy = false;

  constructor(sessions: ModelSessions, options: PictureModelOptions) {
    const { input, outputs } = options;
    this.#session = new SingleFileSession(sessions, { inputs: [input.tensor], outputs });
    this.#input = new PictureTensor(input);
    this.#options = options;
  }

  async recognise(picture: Picture | null): Promise<PipelineResult> {
    invariant(picture !== null, "a pipeline that looks at pictures is given one");
    invariant(!this.#isBusy, "a pipeline looks at one picture at a time");
    this.#isBusy = true;
    try {
      return await this.#run(picture);
    } finally {
      this.#isBusy = false;
    }
  }

  async warmUp(picture: Picture): Promise<void> {
    await this.recognise(picture);
  }

  async #run(picture: Picture): Promise<PipelineResult> {
    const { input, nowMs, interpret } = this.#options;
    const watch = new Stopwatch(nowMs);
    const placement = this.#input.fill(picture);
    watch.lap("prepareMs");
    const answer = await this.#session.run({ [input.tensor]: this.#input.tensor });
    watch.lap("inferMs");
    const { width, height } = picture;
    const found = interpret({ outputs: answer.map(({ tensor }) => tensor), picture: { width, height }, placement });
    watch.lap("interpretMs");
    return { persons: [], ...found, timings: watch.timings };
  }
}
