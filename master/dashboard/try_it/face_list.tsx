import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { NO_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { gallery } from "../api/galleries.ts";
import { countWords, shareWords } from "../parts/words.ts";
import { mayEnrol } from "../shell/session.ts";
import { FaceFacts } from "./face_facts.tsx";
import { NameFace } from "./name_face.tsx";
import { type ShownPerson, shownPersons, VERDICT_WORDS } from "./shown_persons.ts";
import type { TriedPicture } from "./tried_picture.ts";
import { pointedFace, settings } from "./try_state.ts";

/** The faces of a picture, each with what is known about it; a face can be given a name. */
export function FaceList({ picture, prediction }: { picture: TriedPicture; prediction: Prediction }) {
  const opened = useSignal<number | null>(null);
  useEffect(() => {
    opened.value = null;
  }, [picture]);
  const persons = shownPersons(prediction);
  const hidden = prediction.persons.length - persons.length;
  return (
    <section aria-label="Faces">
      <h2 aria-live="polite">
        {countWords(persons.length, "face")}
        {hidden > 0 && <span class="quiet">, {hidden} below the score</span>}
        {picture.tookMs.value !== null && <span class="quiet">{` · ${Math.round(picture.tookMs.value)} ms`}</span>}
      </h2>
      {prediction.notes?.map(({ code, text }) => <p key={code} class="quiet">{text}</p>)}
      <ol class="faces">
        {persons.map((shown) => (
          <li key={shown.number} class={pointedFace.value === shown.number ? "pointed" : ""}>
            <Row
              shown={shown}
              isOpen={opened.value === shown.number}
              onToggle={() => opened.value = opened.value === shown.number ? null : shown.number}
            />
            {opened.value === shown.number && <Details picture={picture} shown={shown} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Row({ shown, isOpen, onToggle }: { shown: ShownPerson; isOpen: boolean; onToggle: () => void }) {
  const { number, person, verdict, name } = shown;
  const point = () => pointedFace.value = number;
  return (
    <button
      type="button"
      class="face"
      id={`face-${number}`}
      aria-expanded={isOpen}
      onClick={onToggle}
      onPointerEnter={point}
      onFocus={point}
    >
      <span class={`number ${verdict}`}>{number}</span>
      <span class="who">
        {name === null ? <NoName shown={shown} /> : <bdi>{name}</bdi>}
      </span>
      <span class="quiet">
        {shareWords(person.similarity !== null && name !== null ? person.similarity : person.score)}
      </span>
    </button>
  );
}

function NoName({ shown: { person, verdict } }: { shown: ShownPerson }) {
  const [nearest] = person.candidates ?? [];
  if (nearest === undefined) return <span class="quiet">{VERDICT_WORDS[verdict]}</span>;
  return (
    <span class="quiet">
      may be <bdi>{nearest.name}</bdi>
    </span>
  );
}

function Details({ picture, shown }: { picture: TriedPicture; shown: ShownPerson }) {
  return (
    <div class="details">
      <FaceFacts shown={shown} />
      <Naming picture={picture} shown={shown} />
    </div>
  );
}

function Naming({ picture, shown }: { picture: TriedPicture; shown: ShownPerson }) {
  if (!mayEnrol.value) return null;
  if (gallery.value === NO_GALLERY) return <p class="quiet">Choose a gallery to give this face a name.</p>;
  if (settings.smallFaces.value) {
    return <p class="quiet">Faces are given names without “Small faces”, because it counts them differently.</p>;
  }
  return <NameFace picture={picture} shown={shown} />;
}
