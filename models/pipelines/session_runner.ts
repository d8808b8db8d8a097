import { DmlError } from "../../protocol/kernel/errors.ts";
import { floatTensor, type ModelSession } from "../tensor.ts";
import type { ModelSessions } from "./pipeline.ts";

/**
 * Form that a pipeline expects of one of its model files: float tensors of fixed sizes, under the
 * names that they have in the ONNX file.
 */
export interface SessionForm {
  readonly role: string;
  readonly input: { readonly name: string; readonly dims: readonly number[] };
  /** Numbers per output, by its name. */
  readonly outputs: Readonly<Record<string, number>>;
}

/**
 * Runner of a model file that has the form which its pipeline expects. All runs share one input, so
 * that a picture allocates no memory for it.
 */
export class SessionRunner<Form extends SessionForm> {
  /** Numbers of the input: write them here, then call {@linkcode run}. */
  readonly input: Float32Array;
  readonly #form: Form;
  readonly #session: ModelSession;

  /** Throws `model_invalid` if the model file is missing or lacks a tensor that `form` names. */
  constructor(sessions: ModelSessions, form: Form) {
    const { role, input, outputs } = form;
    if (!Object.hasOwn(sessions, role)) {
      throw new DmlError("model_invalid", `The model has no model file ${role}.`);
    }
    const session = sessions[role];
    const missing = Object.keys(outputs).filter((name) => !session.outputNames.includes(name));
    if (!session.inputNames.includes(input.name)) missing.unshift(input.name);
    if (missing.length > 0) {
      throw new DmlError("model_invalid", `The model file ${role} has no tensor ${missing.join(", ")}.`);
    }
    this.#form = form;
    this.#session = session;
    this.input = new Float32Array(input.dims.reduce((product, dim) => product * dim, 1));
  }

  /**
   * Runs the model file on `input` and returns its outputs. Throws `engine_failed` if it fails or
   * returns outputs of another form.
   */
  async run(): Promise<Record<keyof Form["outputs"], Float32Array>> {
    const { role, input: { name, dims }, outputs } = this.#form;
    const results = await this.#session.run({ [name]: floatTensor(this.input, dims) });
    const floats: Record<string, Float32Array> = {};
    for (const [output, count] of Object.entries(outputs)) {
      const data = results[output]?.data;
      if (!(data instanceof Float32Array) || data.length !== count) {
        throw new DmlError("engine_failed", `The model file ${role} did not return ${count} floats in ${output}.`);
      }
      floats[output] = data;
    }
    return floats as Record<keyof Form["outputs"], Float32Array>;
  }
}
