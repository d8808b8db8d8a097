import { invariant } from "../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Candidate, FaceQuality } from "../../protocol/messages/prediction.ts";
import { ROWS_PER_BLOCK } from "../kernels/gallery_places.ts";
import type { GalleryView } from "./gallery_view.ts";
import { NearestPeople } from "./nearest_people.ts";
import { isComparable, recognise, type Recognised } from "./recognise.ts";
import { RowScan } from "./row_scan.ts";
import { isUnitLength } from "./unit_length.ts";

/**
 * Identifies faces with one version of a gallery. Belongs to one thread; each worker opens its own.
 */
export interface GalleryReader {
  readonly view: GalleryView;
  /**
   * Returns the people whose enrolled faces are nearest to `embedding` (of length one), best first,
   * each once. They are exactly those that a comparison with every row would find, with the
   * same similarities.
   */
  match(embedding: Float32Array, options: { countMax: number }): Candidate[];
  /** Identifies a face with this embedding and quality. */
  recognise(embedding: Float32Array, quality: FaceQuality): Recognised;
}

/**
 * Opens a reader of `view`. A plain reader compares with every row, which is slower and gives the
 * same result.
 */
export function openGallery(view: GalleryView, options: { isPlain?: boolean } = {}): GalleryReader {
  const floats = new Float32Array(view.memory.buffer);
  const scan = options.isPlain ? null : new RowScan(view);
  const match = (embedding: Float32Array, { countMax }: { countMax: number }): Candidate[] => {
    invariant(embedding.length === view.dimensions, "an embedding has the gallery's dimensions");
    invariant(isUnitLength(embedding), "an embedding is L2-normalised");
    const nearest = new NearestPeople({ view, floats, embedding, countMax });
    if (scan?.aim(embedding)) {
      try {
        offerNearRows(nearest, scan);
      } finally {
        scan.rest();
      }
    } else {
      for (let person = 0; person < view.people.count; person++) nearest.offer(person);
    }
    return nearest.get().map(({ name, similarity }) => ({ name, similarity }));
  };
  return {
    view,
    match,
    recognise(embedding, quality) {
      const { thresholds } = view;
      // A face of poor quality is not compared: its embedding is meaningless.
      const isFace = isComparable(quality, thresholds);
      const nearest = isFace ? match(embedding, { countMax: LIMITS.candidatesMax }) : [];
      return recognise(nearest, { quality, thresholds });
    },
  };
}

/**
 * Offers every row that may be as near as the last of the nearest people so far. A row that is
 * skipped is farther than that, and so is every row of a person of whom no row is offered: the
 * result is the same as if everybody were offered.
 */
function offerNearRows(nearest: NearestPeople, scan: RowScan): void {
  const slotCount = nearest.view.people.personOfSlot.length;
  for (let first = 0, block = 0; first < slotCount; first += ROWS_PER_BLOCK, block++) {
    const rowCount = Math.min(ROWS_PER_BLOCK, slotCount - first);
    const { similaritiesMax, greatest } = scan.similarityBounds(block, rowCount);
    let { similarityMin } = nearest;
    if (greatest < similarityMin) continue;
    for (let row = 0; row < rowCount; row++) {
      if (similaritiesMax[row] >= similarityMin) {
        nearest.offerSlot(first + row);
        similarityMin = nearest.similarityMin;
      }
    }
  }
}
