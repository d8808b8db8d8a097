import { NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { DEFAULT_THRESHOLDS, type GalleryThresholds } from "../../models/gallery/gallery_index.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { GalleryRecord, PeopleStore } from "./people_store.ts";

/**
 * The record of a gallery that its first face makes: bound to the embedder of that face. Throws `galleries_full`, and
 * `request_invalid` for a name that means none.
 */
export function newGallery(
  name: string,
  options: {
    store: PeopleStore;
    nowMs: number;
    embedder: Digest;
    vector: Float32Array;
    thresholds?: GalleryThresholds;
  },
): GalleryRecord {
  const { store, nowMs, embedder, vector, thresholds = DEFAULT_THRESHOLDS } = options;
  if (name === NO_GALLERY) throw new DmlError("request_invalid", "A gallery cannot be called none: that means nobody.");
  if (store.galleries().length >= LIMITS.galleriesMax) {
    throw new DmlError("galleries_full", `There are ${LIMITS.galleriesMax} galleries; there is room for no more.`);
  }
  return {
    name,
    // Nodes that have not heard that an earlier one was removed must not take this one for older.
    version: store.lastVersionOf(name),
    embedder,
    dimensions: vector.length,
    thresholds,
    createdMs: nowMs,
    changedMs: nowMs,
    built: null,
    superseded: [],
  };
}
