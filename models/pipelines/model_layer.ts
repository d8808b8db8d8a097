import { DmlError } from "../../protocol/kernel/errors.ts";
import type { LayerSession, Tensor } from "../tensor.ts";
import type { Layers } from "./pipeline.ts";

/** What the only layer of a recognizer is for. */
export const MODEL_ROLE = "model";

/** The only layer of a recognizer, checked to have the tensors that its manifest names. */
export class ModelLayer {
  readonly #session: LayerSession;
  readonly #outputs: readonly string[];

  /** Without names of outputs, all of them. Throws `recognizer_invalid` when the layer or one of its tensors is missing. */
  constructor(layers: Layers, { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] }) {
    if (!Object.hasOwn(layers, MODEL_ROLE)) {
      throw new DmlError("recognizer_invalid", `The recognizer has no layer ${MODEL_ROLE}.`);
    }
    const session = layers[MODEL_ROLE];
    refuseMissing(inputs, { among: session.inputNames, what: "input" });
    refuseMissing(outputs, { among: session.outputNames, what: "output" });
    const ungiven = session.inputNames.filter((name) => !inputs.includes(name));
    if (ungiven.length > 0) {
      throw new DmlError(
        "recognizer_invalid",
        `The layer ${MODEL_ROLE} also takes ${ungiven.join(", ")}, which the manifest does not give it.`,
        { advice: "Export the model with one input, or serve it as `tensor` and name all of its inputs." },
      );
    }
    this.#session = session;
    this.#outputs = outputs.length === 0 ? session.outputNames : outputs;
  }

  /** The outputs, in the order they were asked for. Throws `engine_failed`. */
  async run(inputs: Readonly<Record<string, Tensor>>): Promise<{ readonly name: string; readonly tensor: Tensor }[]> {
    const answer = await this.#session.run(inputs);
    return this.#outputs.map((name) => {
      const tensor = answer[name];
      if (tensor !== undefined) return { name, tensor };
      throw new DmlError("engine_failed", `The layer ${MODEL_ROLE} did not answer with ${name}.`);
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
    "recognizer_invalid",
    `The layer ${MODEL_ROLE} has no ${what} ${missing.join(", ")}; there is ${among.join(", ") || "none"}.`,
  );
}
