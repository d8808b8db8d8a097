import { defaultThresholds } from "../../models/gallery/default_thresholds.ts";
import { DEFAULT_THRESHOLDS, type GalleryThresholds } from "../../models/gallery/gallery_index.ts";
import type {
  GalleryListing,
  Thresholds,
  ThresholdsChange,
  ThresholdsSet,
} from "../../protocol/http_api/people_api.ts";
import type { GalleryRecord } from "./people_store.ts";

/** The thresholds of a gallery as they are stored. */
type StoredThresholds = Pick<GalleryRecord, "thresholds" | "thresholdsSet">;

/** Returns the thresholds of a version of the gallery that compares `faces` enrolled faces. */
export function thresholdsInForce({ thresholds, thresholdsSet }: StoredThresholds, faces: number): GalleryThresholds {
  return thresholdsSet === null ? { ...thresholds, ...defaultThresholds(faces) } : thresholds;
}

/** Returns the origin of `known` and `unknown`, in the form that users receive. */
export function thresholdsOrigin(
  { thresholdsSet }: StoredThresholds,
  faces: number,
): GalleryListing["thresholdsOrigin"] {
  return thresholdsSet ?? { by: "default", faces };
}

/**
 * Returns what is to be stored after `change`, which `thresholdsChangeSchema` explains. `faces` is
 * the number of enrolled faces that are compared now.
 */
export function changedThresholds(
  stored: StoredThresholds,
  change: ThresholdsChange,
  { faces, nowMs }: { faces: number; nowMs: number },
): StoredThresholds {
  const { by, ...thresholds } = change;
  if (by === "default") return { thresholds: { ...thresholds, ...SMALL_GALLERY }, thresholdsSet: null };
  const { known, unknown } = thresholdsInForce(stored, faces);
  if (by === undefined && known === thresholds.known && unknown === thresholds.unknown) {
    const { known, unknown } = stored.thresholds;
    return { thresholds: { ...thresholds, known, unknown }, thresholdsSet: stored.thresholdsSet };
  }
  return { thresholds, thresholdsSet: { by: by ?? "hand", setMs: nowMs } };
}

/**
 * Returns the setting of thresholds that came without one, from a dml that noted none: `null`, for
 * the default, if they are those of a small gallery.
 */
export function presumedSetting({ known, unknown }: Thresholds): ThresholdsSet | null {
  return known === SMALL_GALLERY.known && unknown === SMALL_GALLERY.unknown ? null : { by: "hand", setMs: null };
}

const SMALL_GALLERY = { known: DEFAULT_THRESHOLDS.known, unknown: DEFAULT_THRESHOLDS.unknown };
