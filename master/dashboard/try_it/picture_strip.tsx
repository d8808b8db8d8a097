import { clearPictures, pictures, shown } from "./try_state.ts";

const STATE_WORDS = { waiting: "waits", running: "is looked at", done: "done", failed: "failed" } as const;

/** The pictures of this visit, if there are several, to choose from. */
export function PictureStrip() {
  if (pictures.value.length < 2) return null;
  return (
    <div class="strip">
      <ul>
        {pictures.value.map((picture) => (
          <li key={picture.id}>
            <button
              type="button"
              class={picture.state.value}
              aria-pressed={shown.value === picture}
              aria-label={`${picture.file.name}, ${STATE_WORDS[picture.state.value]}`}
              onClick={() => shown.value = picture}
            >
              <img src={picture.url} alt="" />
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="plain" onClick={clearPictures}>Clear</button>
    </div>
  );
}
