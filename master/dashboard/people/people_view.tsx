import { useSignal } from "@preact/signals";
import type { GalleryListing, PersonEntry } from "../../../protocol/http_api/people_api.ts";
import { DEFAULT_GALLERY, NO_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { gallery, galleryNames, loadGalleries } from "../api/galleries.ts";
import { loadPeople, removeGallery } from "../api/people.ts";
import { Confirm, type Question } from "../parts/confirm.tsx";
import { Problem } from "../parts/problem.tsx";
import { type Polled, usePolled } from "../parts/use_polled.ts";
import { countWords } from "../parts/words.ts";
import { me } from "../shell/session.ts";
import { AddPerson } from "./add_person.tsx";
import { GalleryFacts } from "./gallery_facts.tsx";
import { PersonPanel } from "./person_panel.tsx";
import { TrashList } from "./trash_list.tsx";

const REFRESH_MS = 5_000;

/** The view of galleries and the people in them. */
export function PeopleView() {
  if (gallery.value === NO_GALLERY) gallery.value = me.value?.gallery ?? DEFAULT_GALLERY;
  const galleries = usePolled(loadGalleries, { everyMs: REFRESH_MS });
  const people = usePolled(() => loadPeople(gallery.value), { everyMs: REFRESH_MS, key: gallery.value });
  const listing = galleries.value.value?.find(({ name }) => name === gallery.value) ?? null;
  const question = useSignal<Question | null>(null);
  const refresh = async () => {
    await Promise.all([galleries.refresh(), people.refresh()]);
  };
  return (
    <div class="view">
      <div class="title">
        <h1>People</h1>
        <GalleryChoice galleries={galleries.value.value ?? []} />
        {listing !== null && (
          <button
            type="button"
            class="plain"
            onClick={() => question.value = removal(listing, refresh)}
          >
            Remove the gallery
          </button>
        )}
      </div>
      <Problem refused={people.problem.value ?? galleries.problem.value} />
      {listing !== null && <GalleryFacts gallery={listing} />}
      <AddPerson onChanged={refresh} />
      <PeopleList people={people} onChanged={refresh} />
      <TrashList onChanged={refresh} />
      {question.value !== null && <Confirm question={question.value} onClose={() => question.value = null} />}
    </div>
  );
}

const KEPT = "will be known no more. For a week they can be brought back, below";

function removal({ name, people, enrolledFaces }: GalleryListing, refresh: () => Promise<void>): Question {
  return {
    title: `Remove the gallery ${name}?`,
    text: `${countWords(people, "person", "people")} with ${countWords(enrolledFaces, "face")} ${KEPT}.`,
    action: "Remove everybody",
    typed: name,
    isDanger: true,
    async run() {
      await removeGallery(name);
      await refresh();
    },
  };
}

function GalleryChoice({ galleries }: { galleries: readonly GalleryListing[] }) {
  const names = galleryNames(galleries, me.value?.gallery ?? null);
  return (
    <label class="field inline">
      <span>Gallery</span>
      <select value={gallery.value} onChange={(event) => gallery.value = event.currentTarget.value}>
        {names.map((name) => <option key={name} value={name}>{name}</option>)}
      </select>
    </label>
  );
}

/** People that are shown at once; a search finds the others. */
const SHOWN_MAX = 200;

function PeopleList({ people, onChanged }: { people: Polled<PersonEntry[]>; onChanged: () => Promise<void> }) {
  const search = useSignal("");
  const opened = useSignal<string | null>(null);
  const all = people.value.value;
  if (all === null) return null;
  if (all.length === 0) return <p class="quiet">Nobody is enrolled in this gallery.</p>;
  const wanted = search.value.toLocaleLowerCase();
  const found = all.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  return (
    <section aria-label="Persons">
      <label class="field">
        <span>Find</span>
        <input
          type="search"
          dir="auto"
          value={search}
          onInput={(event) => search.value = event.currentTarget.value}
        />
      </label>
      <ul class="list">
        {found.slice(0, SHOWN_MAX).map((person) => (
          <li key={person.personId}>
            <button
              type="button"
              class="entry"
              aria-expanded={opened.value === person.personId}
              onClick={() => opened.value = opened.value === person.personId ? null : person.personId}
            >
              <bdi>{person.name}</bdi>
              <span class="quiet">{countWords(person.enrolled, "face")}</span>
            </button>
            {opened.value === person.personId && <PersonPanel person={person} people={all} onChanged={onChanged} />}
          </li>
        ))}
      </ul>
      {found.length > SHOWN_MAX && <p class="quiet">{found.length - SHOWN_MAX} more; find them by name.</p>}
    </section>
  );
}
