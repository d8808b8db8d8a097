import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { loadFace, type PersonKey } from "../api/people.ts";

/** An enrolled face; an empty square while it is fetched, and if it cannot be. */
export function FacePicture({ person, faceId }: { person: PersonKey; faceId: string }) {
  const url = useSignal<string | null>(null);
  useEffect(() => {
    let isOver = false;
    loadFace(person, faceId).then(
      (blob) => {
        if (!isOver) url.value = URL.createObjectURL(blob);
      },
      // The words beside the square say which face it is.
      () => url.value = null,
    );
    return () => {
      isOver = true;
      if (url.value !== null) URL.revokeObjectURL(url.value);
    };
  }, [faceId]);
  return <span class="face-picture">{url.value !== null && <img src={url.value} alt="" />}</span>;
}
