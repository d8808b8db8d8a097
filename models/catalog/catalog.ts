import { modelName } from "../manifest.ts";
import type { CatalogEntry } from "./catalog_entry.ts";
import { EMPTY } from "./empty.ts";
import { FACE_ATTRIBUTES } from "./face_attributes.ts";
import { FACES } from "./faces.ts";

/** Models that are shipped with dml. */
export const CATALOG: readonly CatalogEntry[] = [FACES, EMPTY, FACE_ATTRIBUTES];

/**
 * Returns the catalog for a cluster that is started for a single command: an optional model is
 * offered to nodes at once if `isWished` returns true for its `name@version`.
 */
export function catalogFor(isWished: (name: string) => boolean): CatalogEntry[] {
  return CATALOG.map((entry) => ({
    ...entry,
    isOptional: entry.isOptional && !isWished(modelName(entry.manifest)),
  }));
}
