import { defaultThresholds, lookalikeSimilarity } from "../../models/gallery/default_thresholds.ts";
import { DEFAULT_THRESHOLDS, type GalleryThresholds } from "../../models/gallery/gallery_index.ts";
import type { EmbedderThresholds } from "../../models/manifest/face_files.ts";
import type {
  GalleryListing,
  Thresholds,
  ThresholdsChange,
  ThresholdsSet,
} from "../../protocol/http_api/people_api.ts";
import type { GalleryRecord } from "./people_store.ts";

/** The thresholds of a gallery as they are stored. */
type StoredThresholds = Pick<GalleryRecord, "thresholds" | "thresholdsSet" | "modelThresholds">;

/**
 * Returns the thresholds of a version of the gallery that compares `faces` enrolled faces: those
 * that somebody set, else those of the model, else the default for that many faces.
 */
export function thresholdsInForce(stored: StoredThresholds, faces: number): GalleryThresholds {
  const { thresholds, thresholdsSet, modelThresholds } = stored;
  if (thresholdsSet !== null) return thresholds;
  const { known, unknown } = modelThresholds ?? defaultThresholds(faces);
  return { ...thresholds, known, unknown };
}

/** Returns the origin of `known` and `unknown`, in the form that users receive. */
export function thresholdsOrigin(
  { thresholdsSet, modelThresholds }: StoredThresholds,
  faces: number,
): GalleryListing["thresholdsOrigin"] {
  return thresholdsSet ?? (modelThresholds === null ? { by: "default", faces } : { by: "model" });
}

/**
 * Returns what changes when the embedder of the gallery brings `modelThresholds` instead of those
 * that are stored. The margin goes along unless somebody set another.
 */
export function withModelThresholds(
  stored: StoredThresholds,
  modelThresholds: EmbedderThresholds | null,
): Pick<GalleryRecord, "thresholds" | "modelThresholds"> {
  const { thresholds, thresholdsSet } = stored;
  const isKept = thresholdsSet !== null || thresholds.marginMin !== marginOf(stored.modelThresholds);
  const marginMin = isKept ? thresholds.marginMin : marginOf(modelThresholds);
  return { thresholds: { ...thresholds, marginMin }, modelThresholds };
}

/** Returns true if two manifests have the same thresholds. */
export function areSameThresholds(one: EmbedderThresholds | null, other: EmbedderThresholds | null): boolean {
  return one?.known === other?.known && one?.unknown === other?.unknown && one?.marginMin === other?.marginMin;
}

/**
 * Returns the similarity from which a face is probably that of another person of a gallery that
 * compares `faces` enrolled faces. What is known of the built-in embedder says nothing about one
 * with thresholds of its own.
 */
export function lookalikeMin(stored: StoredThresholds, faces: number): number {
  const usual = stored.modelThresholds?.known ?? lookalikeSimilarity(faces);
  return Math.max(usual, thresholdsInForce(stored, faces).known);
}

/**
 * Returns what is to be stored after `change`, which `thresholdsChangeSchema` explains. `faces` is
 * the number of enrolled faces that are compared now.
 */
export function changedThresholds(
  stored: StoredThresholds,
  change: ThresholdsChange,
  { faces, nowMs }: { faces: number; nowMs: number },
): Pick<GalleryRecord, "thresholds" | "thresholdsSet"> {
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

function marginOf(modelThresholds: EmbedderThresholds | null): number {
  return modelThresholds?.marginMin ?? DEFAULT_THRESHOLDS.marginMin;
}

const SMALL_GALLERY = { known: DEFAULT_THRESHOLDS.known, unknown: DEFAULT_THRESHOLDS.unknown };
