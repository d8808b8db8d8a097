import { useSignal } from "@preact/signals";
import type { PersonEntry } from "../../../protocol/http_api/people_api.ts";
import { gallery } from "../api/galleries.ts";
import { loadPerson, mergePerson, type PersonKey, removeFace, removePerson } from "../api/people.ts";
import { Confirm, type Question } from "../parts/confirm.tsx";
import { DropZone } from "../parts/drop_zone.tsx";
import { Problem } from "../parts/problem.tsx";
import { usePolled } from "../parts/use_polled.ts";
import { countWords } from "../parts/words.ts";
import { EnrolledFiles } from "./enrolled_files.tsx";
import { FaceTable } from "./face_table.tsx";
import { RenamePerson } from "./rename_person.tsx";
import { useEnrolment } from "./use_enrolment.ts";

/** Properties of {@linkcode PersonPanel}. */
export interface PersonPanelProps {
  readonly person: PersonEntry;
  /** Everybody in the gallery. */
  readonly people: readonly PersonEntry[];
  readonly onChanged: () => Promise<void>;
}

/** One person with their faces, and all that can be done about them. */
export function PersonPanel({ person, people, onChanged }: PersonPanelProps) {
  const key: PersonKey = { gallery: gallery.value, name: person.name };
  const state = `${person.name} ${person.changedMs} ${person.enrolled} ${person.rejected}`;
  const detail = usePolled(() => loadPerson(key), { everyMs: null, key: state });
  const question = useSignal<Question | null>(null);
  const ask = (asked: Question) => {
    question.value = {
      ...asked,
      async run() {
        await asked.run();
        await onChanged();
      },
    };
  };
  const { files, enrol } = useEnrolment(onChanged);
  return (
    <div class="panel">
      <Problem refused={detail.problem.value} />
      <FaceTable
        person={key}
        faces={detail.value.value?.faces ?? []}
        onRemove={(faceId) => ask(faceRemoval(key, faceId))}
      />
      <DropZone label="Drop more pictures of this person." onFiles={(chosen) => enrol(key, chosen)} />
      <EnrolledFiles files={files.value} />
      <RenamePerson person={key} onChanged={onChanged} />
      <Merge person={key} people={people} onMerge={(from) => ask(merge(key, from))} />
      <div class="actions">
        <button type="button" class="danger" onClick={() => ask(personRemoval(key, person))}>
          Remove this person
        </button>
      </div>
      {question.value !== null && <Confirm question={question.value} onClose={() => question.value = null} />}
    </div>
  );
}

interface MergeProps {
  readonly person: PersonKey;
  readonly people: readonly PersonEntry[];
  readonly onMerge: (from: string) => void;
}

function Merge({ person, people, onMerge }: MergeProps) {
  const others = people.filter(({ name }) => name !== person.name);
  if (others.length === 0) return null;
  return (
    <label class="field">
      <span>Is the same person as</span>
      <select
        value=""
        onChange={(event) => {
          if (event.currentTarget.value !== "") onMerge(event.currentTarget.value);
          event.currentTarget.value = "";
        }}
      >
        <option value="">…</option>
        {others.map(({ personId, name }) => <option key={personId} value={name}>{name}</option>)}
      </select>
    </label>
  );
}

function merge(person: PersonKey, from: string): Question {
  return {
    title: "Merge the two?",
    text: `The faces of ${from} become faces of ${person.name}. For a week this can be taken back.`,
    action: "Merge",
    run: () => mergePerson(person, from),
  };
}

function personRemoval(person: PersonKey, { name, enrolled }: PersonEntry): Question {
  return {
    title: `Remove ${name}?`,
    text: `Nobody will be recognised as ${name} any more. ${
      countWords(enrolled, "face")
    } can be brought back for a week.`,
    action: "Remove",
    isDanger: true,
    run: () => removePerson(person),
  };
}

function faceRemoval(person: PersonKey, faceId: string): Question {
  return {
    title: "Remove this face?",
    text: `${person.name} will be recognised by the remaining faces. For a week it can be brought back.`,
    action: "Remove",
    isDanger: true,
    run: () => removeFace(person, faceId),
  };
}
