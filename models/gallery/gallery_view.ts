import type { Digest } from "../../protocol/kernel/digest.ts";
import type { GalleryThresholds } from "./gallery_index.ts";
import type { PeopleTable } from "./people_table.ts";

/**
 * One version of a gallery as its matrix hands it out: it can be posted to any worker, costs it a few hundred bytes (what is
 * large is shared), and says the same until the matrix is told that nobody uses this version any more.
 */
export interface GalleryView {
  readonly gallery: string;
  readonly version: number;
  /** The model file that made the embeddings. */
  readonly embedder: Digest;
  /** Numbers of one embedding. */
  readonly dimensions: number;
  readonly thresholds: GalleryThresholds;
  /** Holds the rows, laid out as `rowLayout(dimensions)` says; shared. */
  readonly memory: WebAssembly.Memory;
  readonly people: PeopleTable;
}
