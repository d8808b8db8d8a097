import { type PredictionParameters, predictionParametersSchema } from "../../protocol/http_api/prediction_api.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { DEFAULT_GALLERY, NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import type { TaskOptions } from "../../protocol/messages/task.ts";
import { galleryNameSchema, parseAs } from "../../protocol/schema.ts";
import { type QueryTexts, queryValues } from "./inputs/query_values.ts";

/** Parameters of a prediction: the model, and the options of its task. */
export interface PredictionQuery extends TaskOptions {
  readonly model: string;
  /** Time after which the task is given up; absent for `LIMITS.taskDeadlineMs`. */
  readonly deadlineMs?: number;
}

export const DEFAULT_MODEL = "faces";

/**
 * Returns the checked query of a prediction. Every parameter may be absent: `model` defaults
 * to `faces`, `annotate` to true only if an annotated picture is wanted, as the answer or as a part of it,
 * other flags to false, and `gallery` to `defaultGallery` or else the default gallery (`none` recognises nobody).
 * What concerns the annotated picture needs one. Throws `request_invalid`, naming the parameter.
 */
export function predictionQuery(
  parameters: QueryTexts,
  options: { wantsPicture: boolean; parts?: string | null; defaultGallery?: string },
): PredictionQuery {
  const query = queryValues(predictionParametersSchema, parameters);
  const isWithPicture = options.wantsPicture || (options.parts ?? null) !== null;
  const { annotate = isWithPicture, maxSide, anyAngle, smallFaces, keepDoubtful } = query;
  if (options.wantsPicture && !annotate) {
    throw invalid("With annotate=false there is no picture to send as the answer.");
  }
  if (!annotate) refuseDrawing(query);
  return {
    model: modelOf(query),
    annotate,
    embeddings: query.embeddings ?? false,
    gallery: galleryOf(query, options.defaultGallery),
    crops: query.crops ?? false,
    ...(keepDoubtful ? { keepDoubtful } : {}),
    ...(maxSide === undefined ? {} : { maxSide }),
    ...(anyAngle ? { anyAngle } : {}),
    ...(smallFaces ? { smallFaces } : {}),
    ...(query.deadlineMs === undefined ? {} : { deadlineMs: query.deadlineMs }),
    ...keepOf(query),
    ...drawOf(query),
  };
}

function modelOf({ model = DEFAULT_MODEL, version }: PredictionParameters): string {
  if (version === undefined) return model;
  if (model.includes("@")) throw invalid(`The model ${model} names a version already; leave out version.`);
  return `${model}@${version}`;
}

function galleryOf({ gallery: name }: PredictionParameters, defaultGallery = DEFAULT_GALLERY): string | null {
  const gallery = name ?? defaultGallery;
  if (gallery === NO_GALLERY) return null;
  return parseAs(galleryNameSchema, gallery, { what: "The parameter gallery", code: "request_invalid" });
}

function keepOf({ minScore, minFace, limit, topK }: PredictionParameters): Pick<TaskOptions, "keep"> {
  const bounds = { scoreMin: minScore, faceHeightMin: minFace, foundMax: limit, classesMax: topK };
  const set = Object.entries(bounds).filter(([, value]) => value !== undefined);
  return set.length === 0 ? {} : { keep: Object.fromEntries(set) };
}

function drawOf({ landmarks, labels, quality }: PredictionParameters): Pick<TaskOptions, "draw"> {
  const draw = {
    ...(landmarks === false ? { landmarks } : {}),
    ...(labels === false ? { labels } : {}),
    ...(quality === undefined ? {} : { quality }),
  };
  return Object.keys(draw).length === 0 ? {} : { draw };
}

function refuseDrawing(query: PredictionParameters): void {
  for (const name of ["maxSide", "landmarks", "labels", "quality"] as const) {
    if (query[name] === undefined) continue;
    throw invalid(`Without an annotated picture (annotate=true) there is nothing that has a ${name}.`);
  }
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence);
}
