import type { SessionForm } from "../../../models/pipelines/session_runner.ts";
import { floatTensor, type ModelSession } from "../../../models/tensor.ts";

/** Output values of a fake model file by output name; outputs left out are all zeros. */
export type FakeAnswer = Readonly<Record<string, Float32Array>>;

/**
 * A model file of the form that a pipeline expects. It answers with the test's values and records
 * its inputs.
 */
export class FakeSession implements ModelSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Copies of the inputs of all runs so far. */
  readonly runs: Float32Array[] = [];
  readonly #form: SessionForm;
  readonly #answer: (run: number) => FakeAnswer | Promise<FakeAnswer>;

  constructor(
    form: SessionForm,
    answer: (run: number) => FakeAnswer | Promise<FakeAnswer> = () => ({}),
  ) {
    this.inputNames = [form.input.name];
    this.outputNames = Object.keys(form.outputs);
    this.#form = form;
    this.#answer = answer;
  }

  async run(inputs: Parameters<ModelSession["run"]>[0]): ReturnType<ModelSession["run"]> {
    const { data } = inputs[this.#form.input.name];
    if (!(data instanceof Float32Array)) throw new TypeError("not floats");
    const answer = await this.#answer(this.runs.push(data.slice()) - 1);
    return Object.fromEntries(
      Object.entries(this.#form.outputs).map(([name, count]) => {
        const floats = answer[name] ?? new Float32Array(count);
        return [name, floatTensor(floats, [floats.length])];
      }),
    );
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}
