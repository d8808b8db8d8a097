import { modelName } from "../manifest.ts";
import type { CatalogEntry } from "./catalog_entry.ts";
import { EMPTY } from "./empty.ts";
import { FACE_ATTRIBUTES } from "./face_attributes.ts";
import { FACES } from "./faces.ts";

/** The models that come with dml. */
export const CATALOG: readonly CatalogEntry[] = [FACES, EMPTY, FACE_ATTRIBUTES];

/** The same for a cluster that is made for one request: what `isWished` (by `name@version`) is offered at once. */
export function catalogFor(isWished: (name: string) => boolean): CatalogEntry[] {
  return CATALOG.map((entry) => ({
    ...entry,
    isOptional: entry.isOptional && !isWished(modelName(entry.manifest)),
  }));
}
