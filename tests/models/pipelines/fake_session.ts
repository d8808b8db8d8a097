import type { ModelSignature } from "../../../models/pipelines/checked_session.ts";
import { floatTensor, type ModelSession } from "../../../models/tensor.ts";

/** Output values of a fake model file by output name; outputs left out are all zeros. */
export type FakeAnswer = Readonly<Record<string, Float32Array>>;

/**
 * A model file with the signature that a pipeline expects. It returns the answers of a test and
 * records its inputs.
 */
export class FakeSession implements ModelSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Copies of the inputs of all runs so far. */
  readonly runs: Float32Array[] = [];
  readonly #signature: ModelSignature;
  readonly #answer: (run: number) => FakeAnswer | Promise<FakeAnswer>;

  constructor(
    signature: ModelSignature,
    answer: (run: number) => FakeAnswer | Promise<FakeAnswer> = () => ({}),
  ) {
    this.inputNames = [signature.input.name];
    this.outputNames = Object.keys(signature.outputs);
    this.#signature = signature;
    this.#answer = answer;
  }

  async run(inputs: Parameters<ModelSession["run"]>[0]): ReturnType<ModelSession["run"]> {
    const { data } = inputs[this.#signature.input.name];
    if (!(data instanceof Float32Array)) throw new TypeError("not floats");
    const answer = await this.#answer(this.runs.push(data.slice()) - 1);
    return Object.fromEntries(
      Object.entries(this.#signature.outputs).map(([name, count]) => {
        const floats = answer[name] ?? new Float32Array(count ?? 0);
        return [name, floatTensor(floats, [floats.length])];
      }),
    );
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}
