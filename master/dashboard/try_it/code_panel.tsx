import { useSignal } from "@preact/signals";
import type { PredictAnswer } from "../../../protocol/http_api/api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { asRefused, type Refused } from "../api/refused.ts";
import { CopyText } from "../parts/copy_text.tsx";
import { Problem } from "../parts/problem.tsx";
import { cluster } from "../shell/session.ts";
import { saveAnnotated } from "./annotated_picture.ts";
import { shownPersons } from "./shown_persons.ts";
import type { TriedPicture } from "./tried_picture.ts";
import { query } from "./try_state.ts";

/** The annotated picture as a file, the answer as JSON, and the line that asks for the same. */
export function CodePanel({ picture, answer }: { picture: TriedPicture; answer: PredictAnswer }) {
  const problem = useSignal<Refused | null>(null);
  const save = async () => {
    problem.value = null;
    try {
      await saveAnnotated(picture, { prediction: answer.prediction, persons: shownPersons(answer.prediction) });
    } catch (error) {
      problem.value = asRefused(error);
    }
  };
  return (
    <section class="code" aria-label="For programs">
      <button type="button" onClick={save}>Save the annotated picture</button>
      <Problem refused={problem.value} />
      <details>
        <summary>curl</summary>
        <CopyText label="curl line" text={curlLine(picture.file.name)} />
      </details>
      <details>
        <summary>JSON</summary>
        <CopyText label="JSON" text={JSON.stringify(answer, null, 2)} />
      </details>
    </section>
  );
}

/** Returns the line of a shell that sends the same request. */
function curlLine(fileName: string): string {
  const file = `@${fileName}`.replaceAll("'", "'\\''");
  const parts = ["curl", `--data-binary '${file}'`];
  if (cluster.value?.tokenRequired) parts.push('-H "Authorization: Bearer $DML_TOKEN"');
  if (location.protocol === "https:") parts.push("--cacert ca.pem");
  return [...parts, `'${location.origin}${PATHS.predictions}?${query.value}'`].join(" \\\n  ");
}
