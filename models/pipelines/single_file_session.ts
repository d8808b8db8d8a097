import { DmlError } from "../../protocol/kernel/errors.ts";
import type { ModelSession, Tensor } from "../tensor.ts";
import type { ModelSessions } from "./pipeline.ts";

/** Role of the model file in a model that has only one. */
export const MODEL_ROLE = "model";

/** Session of a model's only model file, checked against the tensors that the manifest names. */
export class SingleFileSession {
  readonly #session: ModelSession;
  readonly #outputs: readonly string[];

  /**
   * Uses all outputs if `outputs` is empty. Throws `model_invalid` if the model file or one of its
   * tensors is missing, or if it has an input that `inputs` does not name.
   */
  constructor(sessions: ModelSessions, { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] }) {
    if (!Object.hasOwn(sessions, MODEL_ROLE)) {
      throw new DmlError("model_invalid", `The model has no model file ${MODEL_ROLE}.`);
    }
    const session = sessions[MODEL_ROLE];
    refuseMissing(inputs, { among: session.inputNames, what: "input" });
    refuseMissing(outputs, { among: session.outputNames, what: "output" });
    const unnamed = session.inputNames.filter((name) => !inputs.includes(name));
    if (unnamed.length > 0) {
      throw new DmlError(
        "model_invalid",
        `The model file ${MODEL_ROLE} also needs the input ${unnamed.join(", ")}, which the manifest does not name.`,
        { advice: "Export the model with one input, or serve it as `tensor` and name all of its inputs." },
      );
    }
    this.#session = session;
    this.#outputs = outputs.length === 0 ? session.outputNames : outputs;
  }

  /**
   * Runs the model file and returns its outputs in the order in which they were requested. Throws
   * `engine_failed` if it fails or an output is missing.
   */
  async run(inputs: Readonly<Record<string, Tensor>>): Promise<{ readonly name: string; readonly tensor: Tensor }[]> {
    const answer = await this.#session.run(inputs);
    return this.#outputs.map((name) => {
      const tensor = answer[name];
      if (tensor !== undefined) return { name, tensor };
      throw new DmlError("engine_failed", `The model file ${MODEL_ROLE} did not return ${name}.`);
    });
  }
}

function refuseMissing(
  names: readonly string[],
  { among, what }: { among: readonly string[]; what: string },
): void {
  const missing = names.filter((name) => !among.includes(name));
  if (missing.length === 0) return;
  throw new DmlError(
    "model_invalid",
    `The model file ${MODEL_ROLE} has no ${what} ${missing.join(", ")}; it has ${among.join(", ") || "none"}.`,
  );
}
