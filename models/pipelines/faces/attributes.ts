import type { Attributes } from "../../../protocol/messages/finding.ts";
import type { Box, Size } from "../../image/geometry/geometry.ts";
import type { Picture } from "../../image/picture.ts";
import { PictureTensor } from "../../image/resample/picture_tensor.ts";
import { placedBox } from "../../image/geometry/placement.ts";
import type { PictureInput } from "../../manifest/picture_input.ts";
import { applyActivation } from "../activation.ts";
import { CheckedSession, type ModelSignature } from "../checked_session.ts";
import type { ModelSessions } from "../pipeline.ts";
import { rounded } from "../rounded.ts";
import { EXPRESSIONS, GENDERS, LIVENESSES } from "./attribute_labels.ts";
import { SSR_STAGES, ssrNetValue } from "./ssr_net.ts";
import type { Stopwatch } from "../stopwatch.ts";

const SCORE_DECIMALS = 4;
const AGE_DECIMALS = 1;
/** Age that the age model file's output 1 stands for, in years. */
const AGE_MAX = 101;

/**
 * Input of the age and gender model files: channels B, G, R as in OpenCV, with ImageNet's mean and
 * standard deviation in that order. The package's own program passes R, G, B; the gender model file
 * then classifies only 13 of 22 women in six photos as women, but all 22 with B, G, R.
 */
const SMALL = input({
  side: 64,
  channels: "BGR",
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
});
const AGE = { role: "age", input: { name: "input", dims: [1, 3, 64, 64] }, outputs: SSR_STAGES } as const;
const GENDER = { role: "gender", input: { name: "input", dims: [1, 3, 64, 64] }, outputs: SSR_STAGES } as const;

const LARGE = input({ side: 224, channels: "RGB", scale: 1 / 255, mean: [0], std: [1] });
const EXPRESSION = {
  role: "expression",
  input: { name: "input", dims: [1, 3, 224, 224] },
  outputs: { output: EXPRESSIONS.length },
} as const;

const BYTES = input({ side: 128, channels: "BGR", scale: 1, mean: [0], std: [1] });
const LIVENESS = {
  role: "liveness",
  input: { name: "input", dims: [1, 3, 128, 128] },
  outputs: { output: LIVENESSES.length },
} as const;

/**
 * Sides of the squares around a face that are the model files' inputs, relative to the longer side
 * of the detector's box.
 */
const SMALL_SIDE = 1.2;
const EXPRESSION_SIDE = 1;
const LIVENESS_SIDE = 2.2;

/** Model files that estimate attributes of a face, as many as the model has. */
export class FaceAttributes {
  readonly #age: FaceModel<typeof AGE> | null;
  readonly #gender: FaceModel<typeof GENDER> | null;
  readonly #expression: FaceModel<typeof EXPRESSION> | null;
  readonly #liveness: FaceModel<typeof LIVENESS> | null;

  /** Throws `model_invalid` if a model file does not have the expected tensors. */
  constructor(sessions: ModelSessions) {
    const has = ({ role }: ModelSignature) => Object.hasOwn(sessions, role);
    this.#age = has(AGE) ? new FaceModel(sessions, AGE, { input: SMALL, side: SMALL_SIDE }) : null;
    this.#gender = has(GENDER) ? new FaceModel(sessions, GENDER, { input: SMALL, side: SMALL_SIDE }) : null;
    this.#expression = has(EXPRESSION)
      ? new FaceModel(sessions, EXPRESSION, { input: LARGE, side: EXPRESSION_SIDE })
      : null;
    this.#liveness = has(LIVENESS) ? new FaceModel(sessions, LIVENESS, { input: BYTES, side: LIVENESS_SIDE }) : null;
  }

  /** True if the model has no model file for any of them. */
  get isEmpty(): boolean {
    return this.#age === null && this.#gender === null && this.#expression === null && this.#liveness === null;
  }

  /**
   * Returns the attributes of the face in `box`; `null` if the model has no model file for any
   * of them.
   */
  async estimate(picture: Picture, { box, watch }: { box: Box; watch: Stopwatch }): Promise<Attributes | null> {
    const attributes: Attributes = {};
    const at = { box, watch };
    if (this.#age) attributes.age = ageOf(ssrNetValue(await this.#age.run(picture, at)));
    if (this.#gender) attributes.gender = genderOf(ssrNetValue(await this.#gender.run(picture, at)));
    if (this.#expression) {
      attributes.expression = choiceOf((await this.#expression.run(picture, at)).output, EXPRESSIONS);
    }
    if (this.#liveness) attributes.liveness = choiceOf((await this.#liveness.run(picture, at)).output, LIVENESSES);
    if (Object.keys(attributes).length === 0) return null;
    watch.lap("interpretMs");
    return attributes;
  }
}

/** A model file whose input is a square around a face. */
class FaceModel<Signature extends ModelSignature> {
  readonly #session: CheckedSession<Signature>;
  readonly #tensor: PictureTensor;
  readonly #frame: Size;
  readonly #side: number;

  constructor(sessions: ModelSessions, signature: Signature, { input, side }: { input: PictureInput; side: number }) {
    this.#session = new CheckedSession(sessions, signature);
    this.#tensor = new PictureTensor(input, this.#session.input);
    this.#frame = input;
    this.#side = side;
  }

  async run(
    picture: Picture,
    { box, watch }: { box: Box; watch: Stopwatch },
  ): Promise<Record<keyof Signature["outputs"], Float32Array>> {
    this.#tensor.fill(picture, placedBox(squareAround(box, { side: this.#side, picture }), this.#frame));
    watch.lap("prepareMs");
    const answer = await this.#session.run();
    watch.lap("inferMs");
    return answer;
  }
}

/**
 * Returns a square with `side` times the longer side of `box`, moved into the picture and, if
 * necessary, shrunk to fit it.
 */
export function squareAround(box: Box, { side, picture }: { side: number; picture: Size }): Box {
  const length = Math.max(1, Math.min(Math.max(box.width, box.height) * side, picture.width, picture.height));
  const place = (start: number, size: number, limit: number) =>
    Math.min(Math.max(start + (size - length) / 2, 0), limit - length);
  const x = place(box.x, box.width, picture.width);
  const y = place(box.y, box.height, picture.height);
  return { x, y, width: length, height: length };
}

function ageOf(value: number): number {
  return rounded(clamp(value) * AGE_MAX, AGE_DECIMALS);
}

function genderOf(value: number): { label: string; score: number } {
  const share = clamp(value);
  const label = GENDERS[share < 0.5 ? 0 : 1];
  return { label, score: rounded(Math.max(share, 1 - share), SCORE_DECIMALS) };
}

/** Returns the label whose classes together have the highest probability. */
function choiceOf(scores: Float32Array, labels: readonly string[]): { label: string; score: number } {
  const sums = new Map<string, number>();
  applyActivation(scores, "softmax").forEach((share, at) => sums.set(labels[at], (sums.get(labels[at]) ?? 0) + share));
  const [[label, score]] = [...sums].sort(([, one], [, other]) => other - one);
  return { label, score: rounded(clamp(score), SCORE_DECIMALS) };
}

function clamp(value: number): number {
  return value >= 0 ? Math.min(value, 1) : 0;
}

function input(options: { side: number } & Pick<PictureInput, "channels" | "scale" | "mean" | "std">): PictureInput {
  const { side, ...values } = options;
  const resize = { mode: "stretch" } as const;
  return { tensor: "input", width: side, height: side, layout: "NCHW", type: "float32", resize, ...values };
}
