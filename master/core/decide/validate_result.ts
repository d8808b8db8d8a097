import type { Manifest } from "../../../models/manifest.ts";
import type { Person, Prediction } from "../../../protocol/messages/prediction.ts";
import type { TaskOptions, TaskResult } from "../../../protocol/messages/task.ts";
import type { GalleryState } from "../state/gallery_state.ts";
import type { TaskState } from "../state/state.ts";
import { findingsFault, firstFault } from "./validate_findings.ts";

type Field = "labels" | "objects" | "embedding" | "tensors" | "packed";

/** The field of a prediction that each task fills beside `persons`. */
const FIELDS: Readonly<Record<Manifest["pipeline"], Field | null>> = {
  faces: null,
  empty: null,
  classify: "labels",
  detect: "objects",
  embed: "embedding",
  tensor: "tensors",
};

/** Media type of an annotated picture. */
const ANNOTATED_MEDIA_TYPE = "image/jpeg";

/**
 * Returns the reason why a result cannot answer `task`; `null` if it can. A node is another
 * process, perhaps not a trusted one: its answer may hold only requested fields, in known words.
 */
export function validateResult(
  task: TaskState,
  result: TaskResult,
  galleries: ReadonlyMap<string, GalleryState>,
): string | null {
  const { prediction, annotated } = result;
  const { options } = task.spec;
  if (prediction.model !== task.model.name) {
    return `It ran ${prediction.model}, not ${task.model.name}.`;
  }
  const field = FIELDS[task.model.document.pipeline];
  const other = otherField(prediction, field === "tensors" && options.packTensors ? "packed" : field);
  if (other !== null) return other;
  if (annotated !== null && !options.annotate) {
    return "It drew a picture that nobody asked for.";
  }
  if (annotated !== null && annotated.mediaType !== ANNOTATED_MEDIA_TYPE) {
    return `It drew a picture of the type ${annotated.mediaType}, not ${ANNOTATED_MEDIA_TYPE}.`;
  }
  return findingsFault(task.model.document, prediction) ??
    galleryFault(prediction, { asked: options.gallery, galleries }) ??
    firstFault(prediction.persons, (person) => unrequestedFault(person, options));
}

/**
 * Returns the reason why the people cannot come from the gallery of the request; `null` if they
 * can.
 */
function galleryFault(
  { gallery, persons }: Prediction,
  { asked, galleries }: { asked: string | null; galleries: ReadonlyMap<string, GalleryState> },
): string | null {
  if (gallery === undefined) {
    return persons.some(isRecognised) ? "It recognised a person although it used no gallery." : null;
  }
  if (gallery.name !== asked) return `It used the gallery ${gallery.name}, not ${asked ?? "none"}.`;
  const newest = galleries.get(gallery.name)?.version;
  // A gallery that was retired in the meantime may still have been used.
  if (newest !== undefined && gallery.version > newest) {
    return `It used version ${gallery.version} of the gallery ${gallery.name}, but the newest is ${newest}.`;
  }
  return firstFault(persons, recognitionFault);
}

function isRecognised({ name, similarity, recognition, candidates }: Person): boolean {
  return name !== null || similarity !== null || recognition !== undefined || candidates !== undefined;
}

/**
 * Returns the contradiction in the recognition of one person; `null` if there is none. Only a known
 * person has a name, only an uncertain one has candidates.
 */
function recognitionFault({ name, recognition, candidates }: Person): string | null {
  if (recognition === undefined) return "It left out the recognition of a person although it used a gallery.";
  if ((name !== null) !== (recognition === "known")) {
    return `It reported a person as ${recognition} ${name === null ? "without" : "with"} a name.`;
  }
  if (candidates !== undefined && recognition !== "uncertain") {
    return `It proposed candidates for a person who is ${recognition}.`;
  }
  return null;
}

function unrequestedFault(
  { embedding, crop, quality }: Person,
  { embeddings, crops, gallery }: TaskOptions,
): string | null {
  if (embedding !== undefined && !embeddings) return "It sent an embedding that nobody asked for.";
  if (crop !== undefined && !crops) return "It cut out a face that nobody asked for.";
  if (quality !== undefined && !embeddings && !crops && gallery === null) {
    return "It measured a face that nobody asked about.";
  }
  return null;
}

function otherField(prediction: Prediction, wanted: Field | null): string | null {
  for (const field of ["labels", "objects", "embedding", "tensors", "packed"] as const) {
    const isThere = prediction[field] !== undefined;
    if (isThere === (field === wanted)) continue;
    return isThere ? `It answered with ${field}, which the model does not produce.` : `It answered without ${field}.`;
  }
  return wanted !== null && prediction.persons.length > 0 ? "It found persons where none are looked for." : null;
}
