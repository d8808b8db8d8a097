import type { Attributes } from "../../../protocol/messages/finding.ts";
import type { Box, Size } from "../../image/geometry/geometry.ts";
import type { Picture } from "../../image/picture.ts";
import { PictureTensor } from "../../image/resample/picture_tensor.ts";
import { placedBox } from "../../image/geometry/placement.ts";
import type { PictureInput } from "../../manifest/picture_input.ts";
import { activated } from "../activation.ts";
import { type SessionForm, SessionRunner } from "../session_runner.ts";
import type { ModelSessions } from "../pipeline.ts";
import { rounded } from "../rounded.ts";
import { SSR_STAGES, ssrNetValue } from "./ssr_net.ts";
import type { Stopwatch } from "../stopwatch.ts";

const SCORE_DECIMALS = 4;
const AGE_DECIMALS = 1;
/** What the age model file's 1 stands for, in years. */
const AGE_MAX = 101;

/**
 * The channels B, G, R as in OpenCV, with mean and deviation of ImageNet in that order. The package's own program gives R, G, B;
 * of 22 women in six photos the gender model file then takes 13 for women, and all of them this way.
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
/**
 * Of the seven classes the package names none. Both orders that model files of seven are trained in, of FER-2013 and of RAF-DB, agree
 * on these three, and photos on the smile; the others are not told apart here.
 */
const EXPRESSIONS = ["other", "other", "other", "happy", "sad", "other", "neutral"] as const;
const EXPRESSION = {
  role: "expression",
  input: { name: "input", dims: [1, 3, 224, 224] },
  outputs: { output: EXPRESSIONS.length },
} as const;

const BYTES = input({ side: 128, channels: "BGR", scale: 1, mean: [0], std: [1] });
/** The face in front of a camera, and two ways to pretend: of 22 real faces in six photos, 20 are found live. */
const LIVENESSES = ["live", "spoof", "spoof"] as const;
const LIVENESS = {
  role: "liveness",
  input: { name: "input", dims: [1, 3, 128, 128] },
  outputs: { output: LIVENESSES.length },
} as const;

/** Sides of the squares that the model files look at, over the longer side of the detector's box. */
const SMALL_SIDE = 1.2;
const EXPRESSION_SIDE = 1;
const LIVENESS_SIDE = 2.2;

/** The files of a model that say what a face is like, as many as it has. */
export class FaceAttributes {
  readonly #age: FaceModel<typeof AGE> | null;
  readonly #gender: FaceModel<typeof GENDER> | null;
  readonly #expression: FaceModel<typeof EXPRESSION> | null;
  readonly #liveness: FaceModel<typeof LIVENESS> | null;

  /** Throws `model_invalid` when a model file is not of its form. */
  constructor(sessions: ModelSessions) {
    const has = ({ role }: SessionForm) => Object.hasOwn(sessions, role);
    this.#age = has(AGE) ? new FaceModel(sessions, AGE, { input: SMALL, side: SMALL_SIDE }) : null;
    this.#gender = has(GENDER) ? new FaceModel(sessions, GENDER, { input: SMALL, side: SMALL_SIDE }) : null;
    this.#expression = has(EXPRESSION)
      ? new FaceModel(sessions, EXPRESSION, { input: LARGE, side: EXPRESSION_SIDE })
      : null;
    this.#liveness = has(LIVENESS) ? new FaceModel(sessions, LIVENESS, { input: BYTES, side: LIVENESS_SIDE }) : null;
  }

  /** What the face in `box` is like; null when the model has no model file for any of it. */
  async of(picture: Picture, { box, watch }: { box: Box; watch: Stopwatch }): Promise<Attributes | null> {
    const attributes: Attributes = {};
    const at = { box, watch };
    if (this.#age) attributes.age = ageOf(ssrNetValue(await this.#age.look(picture, at)));
    if (this.#gender) attributes.gender = genderOf(ssrNetValue(await this.#gender.look(picture, at)));
    if (this.#expression) {
      attributes.expression = choiceOf((await this.#expression.look(picture, at)).output, EXPRESSIONS);
    }
    if (this.#liveness) attributes.liveness = choiceOf((await this.#liveness.look(picture, at)).output, LIVENESSES);
    if (Object.keys(attributes).length === 0) return null;
    watch.lap("interpretMs");
    return attributes;
  }
}

/** A model file that looks at a square around a face. */
class FaceModel<Form extends SessionForm> {
  readonly #runner: SessionRunner<Form>;
  readonly #tensor: PictureTensor;
  readonly #frame: Size;
  readonly #side: number;

  constructor(sessions: ModelSessions, form: Form, { input, side }: { input: PictureInput; side: number }) {
    this.#runner = new SessionRunner(sessions, form);
    this.#tensor = new PictureTensor(input, this.#runner.input);
    this.#frame = input;
    this.#side = side;
  }

  async look(
    picture: Picture,
    { box, watch }: { box: Box; watch: Stopwatch },
  ): Promise<Record<keyof Form["outputs"], Float32Array>> {
    this.#tensor.fill(picture, placedBox(squareAround(box, { side: this.#side, picture }), this.#frame));
    watch.lap("prepareMs");
    const answer = await this.#runner.run();
    watch.lap("inferMs");
    return answer;
  }
}

/** A square of `side` times the longer side of `box`, moved and, where it has to be, shrunk into the picture. */
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
  const label = share < 0.5 ? "female" : "male";
  return { label, score: rounded(Math.max(share, 1 - share), SCORE_DECIMALS) };
}

/** The label whose classes together are the surest. */
function choiceOf(scores: Float32Array, labels: readonly string[]): { label: string; score: number } {
  const sums = new Map<string, number>();
  activated(scores, "softmax").forEach((share, at) => sums.set(labels[at], (sums.get(labels[at]) ?? 0) + share));
  const [[label, score]] = [...sums].sort(([, one], [, other]) => other - one);
  return { label, score: rounded(clamp(score), SCORE_DECIMALS) };
}

function clamp(value: number): number {
  return value >= 0 ? Math.min(value, 1) : 0;
}

function input(form: { side: number } & Pick<PictureInput, "channels" | "scale" | "mean" | "std">): PictureInput {
  const { side, ...values } = form;
  const resize = { mode: "stretch" } as const;
  return { tensor: "input", width: side, height: side, layout: "NCHW", type: "float32", resize, ...values };
}
