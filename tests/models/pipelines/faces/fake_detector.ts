import type { Size } from "../../../../models/image/geometry/geometry.ts";
import { priorsOf } from "../../../../models/pipelines/faces/priors.ts";
import { floatTensor, type ModelSession } from "../../../../models/tensor.ts";

/** A face that a fake detector predicts: its score, and its corners in 0..1 of the input. */
export type FakeFace = readonly [score: number, left: number, top: number, right: number, bottom: number];

/** One run of a fake detector. */
export interface FakeLook extends Size {
  /** A copy of the input. */
  readonly data: Float32Array;
}

type Answer = readonly FakeFace[] | Promise<readonly FakeFace[]>;

/**
 * A face detector that takes inputs of any size, answers as a test says, and keeps what it was
 * asked.
 */
export class FakeDetector implements ModelSession {
  readonly inputNames = ["input"];
  readonly outputNames = ["scores", "regressions"];
  readonly looks: FakeLook[] = [];
  readonly #answer: (look: FakeLook) => Answer;

  constructor(answer: (look: FakeLook) => Answer) {
    this.#answer = answer;
  }

  async run({ input: { dims, data } }: Parameters<ModelSession["run"]>[0]): ReturnType<ModelSession["run"]> {
    if (!(data instanceof Float32Array)) throw new TypeError("not floats");
    const [, , height, width] = dims;
    const look = { width, height, data: data.slice() };
    this.looks.push(look);
    const { scores, regressions } = predictionsOf(await this.#answer(look), look);
    const count = scores.length / 2;
    return {
      scores: floatTensor(scores, [1, count, 2]),
      regressions: floatTensor(regressions, [1, count, 4]),
    };
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** The outputs for these faces: the first prior boxes predict one each. */
export function predictionsOf(
  faces: readonly FakeFace[],
  input: Size,
): { scores: Float32Array; regressions: Float32Array } {
  const priors = priorsOf(input);
  const scores = new Float32Array(priors.length / 2);
  const regressions = new Float32Array(priors.length);
  faces.forEach(([score, left, top, right, bottom], index) => {
    const [x, y, width, height] = priors.subarray(index * 4, index * 4 + 4);
    scores.set([1 - score, score], index * 2);
    regressions.set([
      ((left + right) / 2 - x) / width / 0.1,
      ((top + bottom) / 2 - y) / height / 0.1,
      Math.log((right - left) / width) / 0.2,
      Math.log((bottom - top) / height) / 0.2,
    ], index * 4);
  });
  return { scores, regressions };
}
