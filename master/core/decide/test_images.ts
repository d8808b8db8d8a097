import type { Manifest } from "../../../models/manifest.ts";
import type { ModelTest } from "../../../protocol/http_api/rollout_api.ts";

/** The pictures that a model must get right before it is let at those of users, as its manifest says; often none. */
export function testsOf(
  document: Pick<Manifest, "name"> & { readonly tests?: readonly ModelTest[] },
): ModelTest[] {
  return [...document.tests ?? []];
}
