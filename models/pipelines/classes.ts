import { LIMITS } from "../../protocol/kernel/limits.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

/** Returns the label of the class at `index`, or `class` and its number if there are no labels. */
export function labelOfClass(labels: readonly string[], index: number): string {
  return index < labels.length ? labels[index] : `class ${index}`;
}

/**
 * Checks that a model file with `count` classes goes with `labels`. Throws `model_invalid` if it
 * does not.
 */
export function checkClassCount(count: number, labels: readonly string[]): void {
  if (count >= 1 && count <= 10 * LIMITS.labelsMax && (labels.length === 0 || labels.length === count)) return;
  throw new DmlError(
    "model_invalid",
    `The model has ${count} classes, but the manifest has ${labels.length} labels.`,
    { advice: "Give it a label for each class, in the model file's order, or none at all." },
  );
}
