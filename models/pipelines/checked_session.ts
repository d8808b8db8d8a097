import { DmlError } from "../../protocol/kernel/errors.ts";
import { invariant } from "../../protocol/kernel/invariant.ts";
import { floatTensor, type ModelSession } from "../tensor.ts";
import type { ModelSessions } from "./pipeline.ts";

/**
 * Form that a pipeline expects of one of its model files: float tensors, most of fixed sizes, under
 * the names that they have in the ONNX file.
 */
export interface ModelSignature {
  readonly role: string;
  readonly input: { readonly name: string; readonly dims: readonly number[] };
  /** Numbers per output, by its name; `null` if the model file decides. */
  readonly outputs: Readonly<Record<string, number | null>>;
}

/**
 * Session of a model file that was checked against the signature which its pipeline expects. All
 * runs share one input buffer, so a picture allocates no memory for it.
 */
export class CheckedSession<Signature extends ModelSignature> {
  /** Input buffer: write the values here, then call {@linkcode run}. */
  readonly input: Float32Array;
  readonly #signature: Signature;
  readonly #session: ModelSession;

  /**
   * Uses the start of `memory` as the input, if it is given; several sessions of one model file may
   * share it. Throws `model_invalid` if the model file is missing or lacks a tensor of `signature`.
   */
  constructor(sessions: ModelSessions, signature: Signature, memory?: Float32Array) {
    const { role, input, outputs } = signature;
    if (!Object.hasOwn(sessions, role)) {
      throw new DmlError("model_invalid", `The model has no model file ${role}.`);
    }
    const session = sessions[role];
    const missing = Object.keys(outputs).filter((name) => !session.outputNames.includes(name));
    if (!session.inputNames.includes(input.name)) missing.unshift(input.name);
    if (missing.length > 0) {
      throw new DmlError("model_invalid", `The model file ${role} has no tensor ${missing.join(", ")}.`);
    }
    this.#signature = signature;
    this.#session = session;
    const count = input.dims.reduce((product, dim) => product * dim, 1);
    this.input = memory?.subarray(0, count) ?? new Float32Array(count);
    invariant(this.input.length === count, "the memory holds the input");
  }

  /**
   * Runs the model file on `input` and returns its outputs. Throws `engine_failed` if it fails or
   * returns outputs of other types or sizes.
   */
  async run(): Promise<Record<keyof Signature["outputs"], Float32Array>> {
    const { role, input: { name, dims }, outputs } = this.#signature;
    const results = await this.#session.run({ [name]: floatTensor(this.input, dims) });
    const floats: Record<string, Float32Array> = {};
    for (const [output, count] of Object.entries(outputs)) {
      const data = results[output]?.data;
      if (!(data instanceof Float32Array) || data.length !== (count ?? data.length)) {
        throw new DmlError(
          "engine_failed",
          `The model file ${role} did not return ${count === null ? "" : `${count} `}floats in ${output}.`,
        );
      }
      floats[output] = data;
    }
    return floats as Record<keyof Signature["outputs"], Float32Array>;
  }
}
