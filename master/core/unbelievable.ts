import type { TaskResult } from "../../protocol/messages/task.ts";
import type { Manifest } from "../../models/manifest.ts";
import type { Prediction } from "../../protocol/messages/prediction.ts";
import type { TaskState } from "./state.ts";

type Field = "labels" | "objects" | "embedding" | "tensors";

/** What each task answers with beside `persons`. */
const FIELDS: Readonly<Record<Manifest["pipeline"], Field | null>> = {
  faces: null,
  empty: null,
  classify: "labels",
  detect: "objects",
  embed: "embedding",
  tensor: "tensors",
};

/** What a drawn picture is. */
const ANNOTATED_MEDIA_TYPE = "image/jpeg";

/**
 * Why a result cannot be the answer to `task`, or null when it can. A node is another process, perhaps another's: what a
 * user gets of it holds only what was asked for, in words that the master knows.
 */
export function whyUnbelievable(task: TaskState, result: TaskResult): string | null {
  const { prediction, annotated } = result;
  if (prediction.recognizer !== task.recognizer.name) {
    return `It ran ${prediction.recognizer}, not ${task.recognizer.name}.`;
  }
  const other = otherField(prediction, FIELDS[task.recognizer.document.pipeline]);
  if (other !== null) return other;
  if (annotated !== null && !task.spec.options.annotate) {
    return "It drew a picture that nobody asked for.";
  }
  if (annotated !== null && annotated.mediaType !== ANNOTATED_MEDIA_TYPE) {
    return `It drew a picture of the type ${annotated.mediaType}, not ${ANNOTATED_MEDIA_TYPE}.`;
  }
  // Nobody can be enrolled yet, so a name can only be made up.
  if (prediction.persons.some(({ name }) => name !== null)) {
    return "It named a person although nobody is enrolled.";
  }
  return null;
}

function otherField(prediction: Prediction, wanted: Field | null): string | null {
  for (const field of ["labels", "objects", "embedding", "tensors"] as const) {
    const isThere = prediction[field] !== undefined;
    if (isThere === (field === wanted)) continue;
    return isThere ? `It answered with ${field}, which the recognizer does not make.` : `It answered without ${field}.`;
  }
  return wanted !== null && prediction.persons.length > 0 ? "It found persons where none are looked for." : null;
}
