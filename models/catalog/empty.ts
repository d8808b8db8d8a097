import { type CatalogEntry, publishedEntry } from "./catalog_entry.ts";

/** The model that looks at nothing: what is left of a task's time is the way through the cluster. */
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
