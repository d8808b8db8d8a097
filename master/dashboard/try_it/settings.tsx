import { modelsSchema } from "../../../protocol/http_api/api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { DEFAULT_GALLERY, GALLERY_NAME_PATTERN, NO_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { ask } from "../api/ask.ts";
import { gallery, galleryNames, loadGalleries } from "../api/galleries.ts";
import { usePolled } from "../parts/use_polled.ts";
import { mayEnrol, me } from "../shell/session.ts";
import { settings } from "./try_state.ts";

/** Model that only measures the way to a node, and so is not offered. */
const MEASURING = /^empty(@|$)/;

/** Lets somebody choose the model, the gallery, and how to search. */
export function Settings() {
  const { value: models } = usePolled(async () => (await ask(PATHS.models, modelsSchema)).models, { everyMs: null });
  const names = (models.value ?? []).map(({ name }) => name).filter((name) => !MEASURING.test(name));
  const bare = [...new Set(names.map((name) => name.split("@")[0]))];
  const isFaces = settings.model.value.split("@")[0].startsWith("faces");
  return (
    <form class="row settings" aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>Model</span>
        <select
          value={settings.model.value}
          onChange={(event) => chooseModel(event.currentTarget.value)}
        >
          {(bare.length === 0 ? ["faces"] : bare).map((name) => <option key={name} value={name}>{name}</option>)}
          {names.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      {mayEnrol.value ? <ListedGalleries /> : <NamedGallery />}
      {isFaces && <Search />}
    </form>
  );
}

function chooseModel(name: string): void {
  settings.model.value = name;
  settings.anyAngle.value = false;
  settings.smallFaces.value = false;
}

function ListedGalleries() {
  const { value } = usePolled(loadGalleries, { everyMs: null });
  const names = galleryNames(value.value ?? [], me.value?.gallery ?? null);
  return (
    <label class="field">
      <span>Gallery</span>
      <select value={gallery.value} onChange={(event) => gallery.value = event.currentTarget.value}>
        {names.map((name) => <option key={name} value={name}>{name}</option>)}
        <option value={NO_GALLERY}>none: compare with nobody</option>
      </select>
    </label>
  );
}

/** A user may not list galleries, but may name one. */
function NamedGallery() {
  return (
    <label class="field">
      <span>Gallery</span>
      <input
        type="text"
        spellcheck={false}
        autocapitalize="none"
        pattern={GALLERY_NAME_PATTERN.source}
        defaultValue={gallery.value}
        onChange={(event) => {
          if (event.currentTarget.reportValidity()) gallery.value = event.currentTarget.value || DEFAULT_GALLERY;
        }}
      />
    </label>
  );
}

function Search() {
  return (
    <fieldset class="row">
      <legend class="hidden">Search</legend>
      {([["anyAngle", "Turned faces"], ["smallFaces", "Small faces (slow)"]] as const).map(([name, label]) => (
        <label key={name} class="check">
          <input
            type="checkbox"
            checked={settings[name].value}
            onChange={(event) =>
              settings[name].value = event.currentTarget.checked}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
