import { LIMITS } from "../../protocol/kernel/limits.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** What the class at `index` is called: its label, or its number where there are none. */
export function labelOfClass(labels: readonly string[], index: number): string {
  return index < labels.length ? labels[index] : `class ${index}`;
}

/** Throws `model_invalid` when a model file that tells `count` classes apart does not go with `labels`. */
export function checkClassCount(count: number, labels: readonly string[]): void {
  if (count >= 1 && count <= 10 * LIMITS.labelsMax && (labels.length === 0 || labels.length === count)) return;
  throw new DmlError(
    "model_invalid",
    `The model tells ${count} classes apart, but the manifest has ${labels.length} labels.`,
    { advice: "Give it a label for each class, in the model file's order, or none at all." },
  );
}
