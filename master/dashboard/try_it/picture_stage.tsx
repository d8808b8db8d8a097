import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { BoxLayer } from "./box_layer.tsx";
import { FaceCard } from "./face_card.tsx";
import { shownPersons } from "./shown_persons.ts";
import { pointedFace } from "./try_state.ts";
import type { TriedPicture } from "./tried_picture.ts";

/** The picture with what was found on it. */
export function PictureStage({ picture }: { picture: TriedPicture }) {
  const isUndrawable = useSignal(false);
  useEffect(() => {
    isUndrawable.value = false;
    pointedFace.value = null;
  }, [picture]);
  const prediction = picture.answer.value?.prediction ?? null;
  if (isUndrawable.value && prediction === null) {
    return <p class="stage empty quiet">This browser cannot show {picture.file.name}.</p>;
  }
  return (
    <figure class="stage">
      {isUndrawable.value
        ? <Blank prediction={prediction!} />
        : <img src={picture.url} alt={picture.file.name} onError={() => isUndrawable.value = true} />}
      {prediction !== null && prediction.width > 0 && <Found prediction={prediction} />}
    </figure>
  );
}

/** An empty surface in the form of a picture whose format the browser does not know. */
function Blank({ prediction: { width, height } }: { prediction: Prediction }) {
  return <svg class="blank" viewBox={`0 0 ${width || 4} ${height || 3}`} aria-hidden="true" />;
}

function Found({ prediction }: { prediction: Prediction }) {
  const persons = shownPersons(prediction);
  const pointed = persons.find(({ number }) => number === pointedFace.value) ?? null;
  return (
    <>
      <BoxLayer prediction={prediction} persons={persons} />
      {pointed !== null && <FaceCard shown={pointed} prediction={prediction} />}
    </>
  );
}
