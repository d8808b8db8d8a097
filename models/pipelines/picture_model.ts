import { invariant } from "../../protocol/kernel/invariant.ts";
import type { Size } from "../image/geometry/geometry.ts";
import type { Picture } from "../image/picture.ts";
import { PictureTensor } from "../image/resample/picture_tensor.ts";
import type { Placement } from "../image/geometry/placement.ts";
import type { PictureInput } from "../manifest/picture_input.ts";
import type { Tensor } from "../tensor.ts";
import { ModelLayer } from "./model_layer.ts";
import type { Finding, Found, Layers, Pipeline } from "./pipeline.ts";
import { Stopwatch } from "./stopwatch.ts";

/** How the answer about one picture is read. */
export interface Looked {
  /** In the order in which outputs were asked for. */
  readonly outputs: readonly Tensor[];
  readonly picture: Size;
  /** How the picture lay in the input. */
  readonly placement: Placement;
}

export interface PictureModelOptions {
  readonly input: PictureInput;
  readonly outputs: readonly string[];
  readonly nowMs: () => number;
  /** Throws `recognizer_invalid` when the outputs are not what the manifest says. */
  readonly interpret: (looked: Looked) => Found;
}

/** A pipeline of one layer that looks at a whole picture once: prepare, run, interpret. */
export class PictureModel implements Pipeline {
  readonly needsPicture = true;
  readonly #layer: ModelLayer;
  readonly #input: PictureTensor;
  readonly #options: PictureModelOptions;
  /** The input is shared by all pictures, so these come one after the other. */
  #isBusy = false;

  constructor(layers: Layers, options: PictureModelOptions) {
    const { input, outputs } = options;
    this.#layer = new ModelLayer(layers, { inputs: [input.tensor], outputs });
    this.#input = new PictureTensor(input);
    this.#options = options;
  }

  async recognize(picture: Picture | null): Promise<Finding> {
    invariant(picture !== null, "a pipeline that looks at pictures is given one");
    invariant(!this.#isBusy, "a pipeline looks at one picture at a time");
    this.#isBusy = true;
    try {
      return await this.#look(picture);
    } finally {
      this.#isBusy = false;
    }
  }

  async warmUp(picture: Picture): Promise<void> {
    await this.recognize(picture);
  }

  async #look(picture: Picture): Promise<Finding> {
    const { input, nowMs, interpret } = this.#options;
    const watch = new Stopwatch(nowMs);
    const placement = this.#input.fill(picture);
    watch.lap("prepareMs");
    const answer = await this.#layer.run({ [input.tensor]: this.#input.tensor });
    watch.lap("inferMs");
    const { width, height } = picture;
    const found = interpret({ outputs: answer.map(({ tensor }) => tensor), picture: { width, height }, placement });
    watch.lap("interpretMs");
    return { persons: [], ...found, timings: watch.timings };
  }
}
