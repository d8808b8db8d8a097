import type { TaskResult } from "../../protocol/messages/task.ts";
import type { TaskState } from "./state.ts";

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
