import { useSignal } from "@preact/signals";
import { type ModelListing, modelsSchema } from "../../../protocol/http_api/api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { ask } from "../api/ask.ts";
import { Confirm, type Question } from "../parts/confirm.tsx";
import { Problem } from "../parts/problem.tsx";
import { usePolled } from "../parts/use_polled.ts";
import { LineageCard } from "./lineage_card.tsx";

const REFRESH_MS = 5_000;
/** Model that only measures the way to a node. */
const MEASURING = "empty";

/** The view of models and their versions. */
export function ModelsView() {
  const { value, problem } = usePolled(loadModels, { everyMs: REFRESH_MS });
  const question = useSignal<Question | null>(null);
  const families = Object.entries(Object.groupBy(value.value ?? [], ({ name }) => name.split("@")[0]));
  return (
    <div class="view">
      <h1>Models</h1>
      <Problem refused={problem.value} />
      <ul class="cards">
        {families.filter(([name]) => name !== MEASURING).map(([name, versions = []]) => (
          <LineageCard
            key={name}
            name={name}
            versions={versions}
            onAsk={(asked) => question.value = asked}
          />
        ))}
      </ul>
      {question.value !== null && <Confirm question={question.value} onClose={() => question.value = null} />}
    </div>
  );
}

async function loadModels(): Promise<ModelListing[]> {
  return (await ask(PATHS.models, modelsSchema)).models;
}
