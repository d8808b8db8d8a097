import type { Signal } from "@preact/signals";
import { shareWords } from "../parts/words.ts";
import { settings } from "./try_state.ts";

/** Sliders that act at once on what is shown, without a request. */
export function Thresholds() {
  return (
    <section class="sliders" aria-label="Thresholds">
      <Slider label="Show faces from score" value={settings.scoreMin} />
      <Slider label="Show names from similarity" value={settings.similarityMin} />
    </section>
  );
}

function Slider({ label, value }: { label: string; value: Signal<number> }) {
  return (
    <label class="slider">
      <span>{label}</span>
      <input
        type="range"
        min="0"
        max="1"
        step="0.01"
        value={value.value}
        onInput={(event) => value.value = event.currentTarget.valueAsNumber}
      />
      <output>{shareWords(value.value)}</output>
    </label>
  );
}
