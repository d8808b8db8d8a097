import type { GalleryListing } from "../../../protocol/http_api/people_api.ts";
import { countWords, shareWords } from "../parts/words.ts";

const ORIGINS = {
  default: "for the number of faces",
  model: "from the model",
  calibrate: "from your pictures",
  hand: "set by hand",
} as const;

/** The number of people in a gallery, and the similarity from which a name is given. */
export function GalleryFacts({ gallery }: { gallery: GalleryListing }) {
  const { people, enrolledFaces, rejectedFaces, thresholds, thresholdsOrigin, reembedding } = gallery;
  return (
    <div>
      <p class="quiet">
        {countWords(people, "person", "people")}, {countWords(enrolledFaces, "face")}
        {rejectedFaces > 0 && `, ${rejectedFaces} noted as somebody else’s`}. Known from similarity{" "}
        {shareWords(thresholds.known)}, unknown below {shareWords(thresholds.unknown)} ({ORIGINS[thresholdsOrigin.by]}).
      </p>
      {reembedding !== null && (
        <p class="warning">A new model computes the faces again: {countWords(reembedding.left, "face")} left.</p>
      )}
    </div>
  );
}
