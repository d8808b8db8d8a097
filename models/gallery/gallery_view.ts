import type { Digest } from "../../protocol/kernel/digest.ts";
import type { GalleryThresholds } from "./gallery_index.ts";
import type { PeopleTable } from "./people_table.ts";

/**
 * One version of a gallery as its matrix hands it out. It can be posted to any worker at the cost
 * of a few hundred bytes, because the large parts are shared. It stays valid until the matrix
 * releases this version, once no worker uses it any more.
 */
export interface GalleryView {
  readonly gallery: string;
  readonly version: number;
  /** Digest of the model file that made the embeddings. */
  readonly embedder: Digest;
  /** Numbers per embedding. */
  readonly dimensions: number;
  readonly thresholds: GalleryThresholds;
  /** Shared memory that holds the rows in the layout `rowLayout(dimensions)`. */
  readonly memory: WebAssembly.Memory;
  readonly people: PeopleTable;
}
