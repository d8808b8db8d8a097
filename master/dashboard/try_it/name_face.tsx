import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { EnrolAnswer } from "../../../protocol/http_api/people_api.ts";
import { gallery } from "../api/galleries.ts";
import { loadPeople, sendFace } from "../api/people.ts";
import { asRefused, type Refused } from "../api/refused.ts";
import { Problem } from "../parts/problem.tsx";
import { usePolled } from "../parts/use_polled.ts";
import type { ShownPerson } from "./shown_persons.ts";
import type { TriedPicture } from "./tried_picture.ts";
import { settings, tryAgain } from "./try_state.ts";

/** Says who a face is, which enrols it, or who it is not. */
export function NameFace({ picture, shown }: { picture: TriedPicture; shown: ShownPerson }) {
  const name = useSignal(shown.person.candidates?.[0]?.name ?? "");
  const isBusy = useSignal(false);
  const problem = useSignal<Refused | null>(null);
  const answer = useSignal<EnrolAnswer | null>(null);
  const send = async (named: string, as: "faces" | "rejections") => {
    isBusy.value = true;
    problem.value = answer.value = null;
    try {
      const order = { picture: picture.file, face: shown.number, anyAngle: settings.anyAngle.value, as };
      answer.value = await sendFace({ gallery: gallery.value, name: named }, order);
      tryAgain(picture);
    } catch (error) {
      problem.value = asRefused(error);
    } finally {
      isBusy.value = false;
    }
  };
  const known = shown.person.name;
  return (
    <form
      class="naming"
      onSubmit={(event) => {
        event.preventDefault();
        void send(name.value.trim(), "faces");
      }}
    >
      <NameField name={name.value} onName={(text) => name.value = text} />
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy.value || name.value.trim() === ""}>Enrol</button>
        {known !== null && (
          <button type="button" disabled={isBusy.value} onClick={() => send(known, "rejections")}>
            Not <bdi>{known}</bdi>
          </button>
        )}
      </div>
      <Problem refused={problem.value} />
      {answer.value !== null && <Enrolled answer={answer.value} />}
    </form>
  );
}

function NameField({ name, onName }: { name: string; onName: (name: string) => void }) {
  const { value: people } = usePolled(() => loadPeople(gallery.value), { everyMs: null, key: gallery.value });
  const list = useId();
  return (
    <label class="field">
      <span>This is</span>
      <input
        type="text"
        dir="auto"
        list={list}
        maxLength={200}
        autocomplete="off"
        value={name}
        onInput={(event) => onName(event.currentTarget.value)}
      />
      <datalist id={list}>
        {people.value?.map(({ personId, name }) => <option key={personId} value={name} />)}
      </datalist>
    </label>
  );
}

function Enrolled({ answer: { person, faceId, warnings } }: { answer: EnrolAnswer }) {
  return (
    <div role="status">
      {faceId !== null && (
        <p class="done">
          Noted for <bdi>{person}</bdi>.
        </p>
      )}
      {warnings.map(({ code, message }) => <p key={code} class="warning">{message}</p>)}
    </div>
  );
}
