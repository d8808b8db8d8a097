import type { CatalogEntry } from "./catalog_entry.ts";
import { EMPTY } from "./empty.ts";
import { FACES } from "./faces.ts";

/** The recognizers that come with dml. */
export const CATALOG: readonly CatalogEntry[] = [FACES, EMPTY];
