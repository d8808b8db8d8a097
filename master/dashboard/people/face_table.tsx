import type { PersonDetail } from "../../../protocol/http_api/people_api.ts";
import type { PersonKey } from "../api/people.ts";
import { timeWords } from "../parts/words.ts";
import { FacePicture } from "./face_picture.tsx";
import { FaceQualityWords } from "./face_quality_words.tsx";

interface FaceTableProps {
  readonly person: PersonKey;
  readonly faces: PersonDetail["faces"];
  readonly onRemove: (faceId: string) => void;
}

/** The faces of a person: where each came from, and how good it is. */
export function FaceTable({ person, faces, onRemove }: FaceTableProps) {
  return (
    <ul class="list plainly">
      {faces.map(({ faceId, kind, quality, source, createdMs }) => (
        <li key={faceId} class="face-entry">
          <FacePicture person={person} faceId={faceId} />
          <span class="who">
            <bdi>{source === "" ? "a picture" : source}</bdi>
            {kind === "rejected" && <span class="warning">, not theirs</span>}
            <span class="quiet block">
              <FaceQualityWords quality={quality} />; {timeWords(createdMs)}
            </span>
          </span>
          <button
            type="button"
            class="plain"
            aria-label={`Remove the face of ${source}`}
            onClick={() => onRemove(faceId)}
          >
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}
