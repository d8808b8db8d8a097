import { DmlError } from "../../../protocol/kernel/errors.ts";
import type { FaceQuality, Point } from "../../../protocol/messages/prediction.ts";
import { similarityTransform } from "../../image/geometry/similarity.ts";
import type { Picture } from "../../image/picture.ts";
import { warp } from "../../image/resample/warp.ts";
import type { FaceEmbedderParameters } from "../../manifest/face_files.ts";
import type { ModelSessions } from "../pipeline.ts";
import { CheckedSession, type ModelSignature } from "../checked_session.ts";
import type { Stopwatch } from "../stopwatch.ts";
import { ALIGNED, type AlignedForm, ARCFACE_TEMPLATE, templateOf } from "./align.ts";
import { EMBED, lengthOf, normalise } from "./embed.ts";
import { QualityMeter } from "./quality.ts";

/** Largest number of dimensions of an embedding that predictions and galleries hold. */
const DIMENSIONS_MAX = 1_024;

/** Embedder of a model: aligns a face to its template and converts it to an embedding. */
export class FaceEmbedder {
  readonly #runner: CheckedSession<ModelSignature>;
  readonly #output: string;
  readonly #form: AlignedForm;
  readonly #template: readonly Point[];
  readonly #quality: QualityMeter;

  /**
   * Creates the embedder that `parameters` describe, the built-in one if they are absent. Throws
   * `model_invalid` if the model file `embed` is missing or has other tensors.
   */
  constructor(sessions: ModelSessions, parameters: FaceEmbedderParameters | undefined) {
    const form = parameters === undefined ? EMBED : sessionFormOf(sessions, parameters);
    this.#runner = new CheckedSession<ModelSignature>(sessions, form);
    [this.#output] = Object.keys(form.outputs);
    this.#form = parameters === undefined ? ALIGNED : { ...parameters, scale: 1 / parameters.std };
    this.#template = parameters === undefined ? ARCFACE_TEMPLATE : templateOf(parameters);
    this.#quality = new QualityMeter(this.#form);
  }

  /** Aligns a face by its five points; the next calls are about this face. */
  align(picture: Picture, points: readonly Point[]): void {
    const { side, mean, scale, channels } = this.#form;
    const into = this.#runner.input;
    warp(picture, { side, mean, scale, transform: similarityTransform(points, this.#template), into });
    if (channels === "BGR") swapRedAndBlue(into);
  }

  /** Measures the quality of the face that was aligned last, whose points are `points`. */
  measure(points: readonly Point[]): FaceQuality {
    return this.#quality.measure(this.#runner.input, points);
  }

  /**
   * Returns the embedding of the face that was aligned last, with length one. Throws
   * `engine_failed` if it has no direction, `model_invalid` if it is too long.
   */
  async embed(watch: Stopwatch): Promise<Float32Array> {
    return (await this.embedWithLength(watch)).embedding;
  }

  /**
   * Does the same as {@linkcode embed}, and returns also the length that the embedding had in the
   * model's output: it is short for what is no face, or a face the wrong way up. Embedders that
   * scale their output themselves always return about one.
   */
  async embedWithLength(watch: Stopwatch): Promise<{ embedding: Float32Array; length: number }> {
    const { [this.#output]: vector } = await this.#runner.run();
    watch.lap("inferMs");
    if (vector.length > DIMENSIONS_MAX) {
      throw new DmlError(
        "model_invalid",
        `The model file ${EMBED.role} returns ${vector.length} numbers in ${this.#output}; ` +
          `an embedding of a face has at most ${DIMENSIONS_MAX}.`,
        { advice: "Name the output with the embedding as `embedder.output` in the manifest." },
      );
    }
    const length = lengthOf(vector);
    const embedding = normalise(vector);
    watch.lap("interpretMs");
    return { embedding, length };
  }
}

/** Returns the form of an embedder whose only input takes the aligned face. */
function sessionFormOf(sessions: ModelSessions, { side, output }: FaceEmbedderParameters): ModelSignature {
  const { role } = EMBED;
  const { inputNames, outputNames } = sessions[role] ?? { inputNames: [], outputNames: [] };
  if (inputNames.length > 1) {
    throw new DmlError(
      "model_invalid",
      `The model file ${role} has the inputs ${inputNames.join(", ")}; a face embedder has one, the aligned face.`,
    );
  }
  if (output === undefined && outputNames.length > 1) {
    throw new DmlError("model_invalid", `The model file ${role} has the outputs ${outputNames.join(", ")}.`, {
      advice: "Name the output with the embedding as `embedder.output` in the manifest.",
    });
  }
  const [input = "input"] = inputNames;
  const [first = "output"] = outputNames;
  return { role, input: { name: input, dims: [1, 3, side, side] }, outputs: { [output ?? first]: null } };
}

/** Swaps the first and the last of three planes. */
function swapRedAndBlue(planes: Float32Array): void {
  const plane = planes.length / 3;
  const red = planes.slice(0, plane);
  planes.copyWithin(0, 2 * plane);
  planes.set(red, 2 * plane);
}
