import { NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { DEFAULT_THRESHOLDS, type GalleryThresholds } from "../../models/gallery/gallery_index.ts";
import type { ThresholdsSet } from "../../protocol/http_api/people_api.ts";
import type { Digest } from "../../protocol/kernel/digest.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { FaceFinder } from "./face_finder.ts";
import type { GalleryRecord, PeopleStore } from "./people_store.ts";
import { withModelThresholds } from "./thresholds_in_force.ts";

/**
 * Returns the record of a new gallery, bound to the embedder of its first face. Throws
 * `galleries_full`, and `request_invalid` for the reserved name that means no gallery.
 */
export function newGallery(
  name: string,
  options: {
    store: PeopleStore;
    finder: Pick<FaceFinder, "thresholdsOf">;
    nowMs: number;
    embedder: Digest;
    embedding: Float32Array;
    thresholds?: GalleryThresholds;
    thresholdsSet?: ThresholdsSet | null;
  },
): GalleryRecord {
  const { store, finder, nowMs, embedder, embedding } = options;
  const { thresholds = DEFAULT_THRESHOLDS, thresholdsSet = null } = options;
  if (name === NO_GALLERY) {
    throw new DmlError("request_invalid", "A gallery cannot be called none: that name means no gallery.");
  }
  if (store.galleries().length >= LIMITS.galleriesMax) {
    throw new DmlError("galleries_full", `There are ${LIMITS.galleriesMax} galleries; there is room for no more.`);
  }
  return {
    name,
    // A node that missed the removal of an earlier gallery of this name must not take the new one
    // for an older version of it.
    version: store.lastVersionOf(name),
    embedder,
    dimensions: embedding.length,
    ...withModelThresholds({ thresholds, thresholdsSet, modelThresholds: null }, finder.thresholdsOf(embedder)),
    thresholdsSet,
    createdMs: nowMs,
    changedMs: nowMs,
    built: null,
    superseded: [],
  };
}
