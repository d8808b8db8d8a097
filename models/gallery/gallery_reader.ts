import { invariant } from "../../protocol/kernel/invariant.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import type { Candidate, FaceQuality } from "../../protocol/messages/prediction.ts";
import type { GalleryView } from "./gallery_view.ts";
import { NearestPeople } from "./nearest_people.ts";
import { isComparable, recognise, type Recognised } from "./recognise.ts";
import { isUnitLength } from "./unit_length.ts";

/** Says who a face is. It is used by one thread at a time; each worker opens its own. */
export interface GalleryReader {
  readonly view: GalleryView;
  /**
   * The people whose enrolled faces are nearest to `embedding` (of length one), best first, each once. Exactly those that
   * comparing with every row one by one would find, with the very same similarities.
   */
  match(embedding: Float32Array, options: { countMax: number }): Candidate[];
  /** What to say of a face with this embedding and quality. */
  recognise(embedding: Float32Array, quality: FaceQuality): Recognised;
}

/** A reader of `view`. */
export function openGallery(view: GalleryView): GalleryReader {
  const floats = new Float32Array(view.memory.buffer);
  const match = (embedding: Float32Array, { countMax }: { countMax: number }): Candidate[] => {
    invariant(embedding.length === view.dimensions, "an embedding has the gallery's dimensions");
    invariant(isUnitLength(embedding), "an embedding is L2-normalised");
    const nearest = new NearestPeople(view, floats, { embedding, countMax });
    for (let person = 0; person < view.people.count; person++) nearest.offer(person);
    return nearest.get().map(({ name, similarity }) => ({ name, similarity }));
  };
  return {
    view,
    match,
    recognise(embedding, quality) {
      const { thresholds } = view;
      // What cannot be compared is not: its embedding says nothing.
      const isFace = isComparable(quality, thresholds);
      const nearest = isFace ? match(embedding, { countMax: LIMITS.candidatesMax }) : [];
      return recognise(nearest, { quality, thresholds });
    },
  };
}
