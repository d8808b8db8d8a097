import type { Prediction } from "../../../protocol/messages/prediction.ts";
import { shareWords } from "../parts/words.ts";

/** Rows that are shown of a list. */
const ROWS_MAX = 20;

/** The findings of models that look for something else than faces. */
export function OtherFindings({ prediction: { labels, objects, tensors, embedding } }: { prediction: Prediction }) {
  const rows = [...(labels ?? []), ...(objects ?? [])].slice(0, ROWS_MAX);
  const numbers = embedding?.length ?? null;
  if (rows.length === 0 && tensors === undefined && numbers === null) return null;
  return (
    <section aria-label="Findings">
      <h2>Findings</h2>
      <dl class="facts">
        {rows.map(({ label, score }, index) => (
          <div key={index}>
            <dt>{shareWords(score)}</dt>
            <dd>{label}</dd>
          </div>
        ))}
        {tensors?.map(({ name, type, dims }) => (
          <div key={name}>
            <dt>{type}</dt>
            <dd>{name}, {dims.join(" × ")}</dd>
          </div>
        ))}
      </dl>
      {numbers !== null && <p>An embedding of {numbers} numbers.</p>}
    </section>
  );
}
