import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { Expectation } from "./tests.ts";

/**
 * Returns a sentence that says how the prediction of a test image differs from what is expected;
 * null if it does not.
 */
export function checkTestImage(
  { persons, labels, objects }: Pick<Prediction, "persons" | "labels" | "objects">,
  expected: Expectation,
): string | null {
  if (expected.label !== undefined && labels?.[0]?.label !== expected.label) {
    const best = labels?.[0];
    const seen = best === undefined ? "no class" : `${best.label} (${best.score.toFixed(2)})`;
    return `It should be ${expected.label}; it is ${seen}.`;
  }
  if (expected.persons !== undefined && persons.length !== expected.persons) {
    return `${expected.persons} persons should be found, not ${persons.length}.`;
  }
  const objectCount = objects?.length ?? 0;
  if (expected.objects !== undefined && objectCount !== expected.objects) {
    return `${expected.objects} objects should be found, not ${objectCount}.`;
  }
  return null;
}
