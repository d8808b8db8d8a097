import type { Manifest } from "../../../models/manifest.ts";
import type { ModelTest } from "../../../protocol/http_api/rollout_api.ts";

/**
 * Returns the test pictures of the manifest, which the model must get right before it gets pictures
 * of users; often none.
 */
export function testsOf(
  document: Pick<Manifest, "name"> & { readonly tests?: readonly ModelTest[] },
): ModelTest[] {
  return [...document.tests ?? []];
}
