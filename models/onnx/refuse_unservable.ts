import { DmlError } from "../../protocol/kernel/errors.ts";
import { ENGINE_IR_VERSION_MAX, ENGINE_OPERATOR_SETS } from "./engine_operators.ts";
import type { ElementType } from "./element_type.ts";
import type { OnnxInspection } from "./inspect.ts";
import { describeTensor } from "./value_info.ts";

/** The types that no tensor can have on its way into or out of the engine. */
const UNCARRIED: ReadonlySet<ElementType | null> = new Set([null, "bfloat16", "unknown"]);
const NAMED_MAX = 8;

/**
 * Throws `model_invalid` for a file that no node could serve, as far as that shows without
 * running it: its weights lie elsewhere, it needs operators or a version of them that the engine
 * lacks, or its tensors have types that dml does not carry.
 */
export function refuseUnservable(inspection: OnnxInspection): void {
  const { externalTensors, irVersion, inputs, outputs } = inspection;
  if (externalTensors.length > 0) {
    throw invalid(
      `The weights ${externalTensors.join(", ")} lie in another file (external data).`,
      "Save the model in one file: onnx.save_model(model, path, save_as_external_data=False).",
    );
  }
  if (irVersion > ENGINE_IR_VERSION_MAX) {
    throw invalid(
      `The file is of IR version ${irVersion}; the engine reads up to ${ENGINE_IR_VERSION_MAX}.`,
      "Export it with an older onnx, or for an older opset.",
    );
  }
  refuseOperators(inspection);
  if (outputs.length === 0) throw invalid("The model gives no output.", "Export it with its outputs.");
  for (const tensor of [...inputs, ...outputs]) {
    if (!UNCARRIED.has(tensor.type)) continue;
    throw invalid(
      `${tensor.name} is ${describeTensor(tensor)}, which dml does not carry.`,
      "Export it with float32 inputs and outputs; what is computed inside may stay as it is.",
    );
  }
}

function refuseOperators({ operatorSets, operators }: OnnxInspection): void {
  for (const { domain, version } of ENGINE_OPERATOR_SETS) {
    const needed = operatorSets.get(domain) ?? 0;
    if (needed <= version || !operators.some((operator) => operator.domain === domain)) continue;
    throw invalid(
      `The file uses version ${needed} of the operators of ${domain}; the engine knows up to ${version}.`,
      `Export it with opset ${version} or older.`,
    );
  }
  const known = new Set<string>(ENGINE_OPERATOR_SETS.map(({ domain }) => domain));
  const unknown = operators.filter(({ domain }) => !known.has(domain));
  if (unknown.length === 0) return;
  const named = unknown.slice(0, NAMED_MAX).map(({ domain, name }) => `${domain}:${name}`).join(", ");
  const rest = unknown.length > NAMED_MAX ? ` and ${unknown.length - NAMED_MAX} more` : "";
  throw invalid(
    `The engine lacks these operators: ${named}${rest}.`,
    "Export the model without custom operators.",
  );
}

/** Returns the operator sets that a file really uses, in the form that a manifest has them. */
export function neededOperatorSets({ operatorSets, operators }: OnnxInspection): { domain: string; version: number }[] {
  const used = new Set(operators.map(({ domain }) => domain));
  return [...operatorSets].filter(([domain]) => used.has(domain)).map(([domain, version]) => ({ domain, version }))
    .sort((one, other) => one.domain < other.domain ? -1 : 1);
}

function invalid(message: string, advice: string): DmlError {
  return new DmlError("model_invalid", message, { advice });
}
