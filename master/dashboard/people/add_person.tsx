import { useSignal } from "@preact/signals";
import { gallery } from "../api/galleries.ts";
import { DropZone } from "../parts/drop_zone.tsx";
import { EnrolledFiles } from "./enrolled_files.tsx";
import { useEnrolment } from "./use_enrolment.ts";

/** Adds a person: a name, and pictures with one face each. */
export function AddPerson({ onChanged }: { onChanged: () => Promise<void> }) {
  const name = useSignal("");
  const { files, enrol } = useEnrolment(onChanged);
  return (
    <details class="card">
      <summary>Add a person</summary>
      <label class="field">
        <span>Name</span>
        <input
          type="text"
          dir="auto"
          maxLength={200}
          autocomplete="off"
          value={name}
          onInput={(event) => name.value = event.currentTarget.value}
        />
      </label>
      {name.value.trim() === ""
        ? <p class="quiet">Type the name first; then drop pictures of the person.</p>
        : (
          <DropZone
            label="Drop pictures that show this person alone. In Try it you can choose a face among others."
            onFiles={(chosen) => enrol({ gallery: gallery.value, name: name.value.trim() }, chosen)}
          />
        )}
      <EnrolledFiles files={files.value} />
    </details>
  );
}
