import { useSignal } from "@preact/signals";
import { SYSTEM_CLOCK } from "../../../protocol/kernel/clock.ts";
import type { TrashEntry } from "../../../protocol/http_api/trash_api.ts";
import { gallery } from "../api/galleries.ts";
import { asRefused, type Refused } from "../api/refused.ts";
import { loadTrash, restoreEntry } from "../api/trash.ts";
import { Problem } from "../parts/problem.tsx";
import { usePolled } from "../parts/use_polled.ts";
import { countWords, durationWords } from "../parts/words.ts";

const REFRESH_MS = 5_000;

/** Everything that was removed within a week, and can be brought back; nothing if there is none. */
export function TrashList({ onChanged }: { onChanged: () => Promise<void> }) {
  const { value, refresh } = usePolled(() => loadTrash(gallery.value), { everyMs: REFRESH_MS, key: gallery.value });
  const problem = useSignal<Refused | null>(null);
  const restore = async (entry: TrashEntry) => {
    problem.value = null;
    try {
      await restoreEntry(entry);
      await Promise.all([refresh(), onChanged()]);
    } catch (error) {
      problem.value = asRefused(error);
    }
  };
  if (value.value === null || value.value.length === 0) return null;
  return (
    <details class="card trash">
      <summary>Removed: {value.value.length}</summary>
      <Problem refused={problem.value} />
      <ul class="list plainly">
        {value.value.map((entry) => (
          <li key={entry.entryId} class="face-entry">
            <span class="who">
              <bdi>{titleOf(entry)}</bdi>
              <span class="quiet block">
                {countWords(entry.faces, "face")}, kept for another{" "}
                {durationWords(entry.expiresMs - SYSTEM_CLOCK.wallMs())}
              </span>
            </span>
            <button type="button" onClick={() => restore(entry)}>Bring back</button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function titleOf({ kind, gallery, name, into, people }: TrashEntry): string {
  switch (kind) {
    case "gallery":
      return `The gallery ${gallery} with ${countWords(people, "person", "people")}`;
    case "person":
      return name ?? "";
    case "face":
      return `A face of ${name}`;
    case "merge":
      return `${name}, merged into ${into}`;
  }
}
