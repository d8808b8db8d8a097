import { useSignal } from "@preact/signals";
import { type PersonKey, renamePerson } from "../api/people.ts";
import { asRefused, type Refused } from "../api/refused.ts";
import { Problem } from "../parts/problem.tsx";

/** Gives a person another name. */
export function RenamePerson({ person, onChanged }: { person: PersonKey; onChanged: () => Promise<void> }) {
  const name = useSignal(person.name);
  const problem = useSignal<Refused | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    problem.value = null;
    try {
      await renamePerson(person, name.value.trim());
      await onChanged();
    } catch (error) {
      problem.value = asRefused(error);
    }
  };
  const isSame = name.value.trim() === person.name || name.value.trim() === "";
  return (
    <form class="row" onSubmit={submit}>
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
      <button type="submit" disabled={isSame}>Rename</button>
      <Problem refused={problem.value} />
    </form>
  );
}
