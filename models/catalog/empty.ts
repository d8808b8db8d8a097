import { type CatalogEntry, publishedEntry } from "./catalog_entry.ts";

/**
 * The model that computes nothing: the duration of its tasks is the overhead of the cluster alone.
 */
export const EMPTY: CatalogEntry = publishedEntry({
  schema: 1,
  name: "empty",
  version: 1,
  description: "Looks at nothing and finds nobody: measures and checks the way through the cluster.",
  license: "MIT",
  pipeline: "empty",
  parameters: {},
  files: [],
  requirements: { engine: "none", memoryBytes: 0 },
}, {});
