import { DEFAULT_GALLERY, NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { galleryNameSchema, parseAs } from "../../protocol/schema.ts";

/** The parameters of a prediction. */
export interface PredictionQuery {
  readonly model: string;
  readonly annotate: boolean;
  readonly embeddings: boolean;
  /** Gallery to search; `null` if no one should be recognised. */
  readonly gallery: string | null;
  readonly crops: boolean;
  /** Absent if faces that are probably not human are left out. */
  readonly keepDoubtful?: true;
  /** Largest length of a side of the annotated picture; absent for that of the original. */
  readonly maxSide?: number;
  /** True to look for faces turned by any angle; absent if not. */
  readonly anyAngle?: true;
  /** True to look for small faces everywhere; absent if not. */
  readonly smallFaces?: true;
}

const NAMES: readonly string[] = [
  "model",
  "annotate",
  "embeddings",
  "gallery",
  "crops",
  "keepDoubtful",
  "maxSide",
  "anyAngle",
  "smallFaces",
];
const DEFAULT_MODEL = "faces";

/**
 * Returns the checked query of a prediction. Every parameter may be absent: `model` defaults
 * to `faces`, `annotate` to true only if an annotated picture is the wanted answer, `embeddings`,
 * `crops`, `keepDoubtful`, `anyAngle` and `smallFaces` to false, and `gallery` to `defaultGallery`
 * or else the default gallery (`none` recognises nobody). `maxSide` needs an annotated picture.
 * Throws `request_invalid`, naming the parameter.
 */
export function predictionQuery(
  parameters: Readonly<Record<string, readonly string[]>>,
  options: { wantsPicture: boolean; defaultGallery?: string },
): PredictionQuery {
  for (const name in parameters) {
    if (!NAMES.includes(name)) {
      throw invalid(`There is no parameter ${JSON.stringify(name.slice(0, 64))}; there are ${NAMES.join(", ")}.`);
    }
    if (parameters[name].length > 1) throw invalid(`The parameter ${name} was given more than once.`);
  }
  const annotate = flag(parameters, "annotate", options.wantsPicture);
  if (options.wantsPicture && !annotate) {
    throw invalid("With annotate=false there is no picture to send as the answer.");
  }
  const maxSide = maxSideOf(parameters);
  if (maxSide !== null && !annotate) throw invalid("Without an annotated picture there is nothing that has a maxSide.");
  return {
    ...(maxSide === null ? {} : { maxSide }),
    ...(flag(parameters, "anyAngle", false) ? { anyAngle: true } : {}),
    ...(flag(parameters, "smallFaces", false) ? { smallFaces: true } : {}),
    model: parameters.model?.[0] ?? DEFAULT_MODEL,
    annotate,
    embeddings: flag(parameters, "embeddings", false),
    gallery: galleryOf(parameters, options.defaultGallery),
    crops: flag(parameters, "crops", false),
    ...(flag(parameters, "keepDoubtful", false) ? { keepDoubtful: true } : {}),
  };
}

function maxSideOf({ maxSide }: Readonly<Record<string, readonly string[]>>): number | null {
  const text = maxSide?.[0];
  if (text === undefined) return null;
  const side = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (side >= 1 && side <= LIMITS.imageSideMax) return side;
  throw invalid(`The parameter maxSide must be a number of pixels from 1 to ${LIMITS.imageSideMax}.`);
}

function galleryOf(
  { gallery }: Readonly<Record<string, readonly string[]>>,
  defaultGallery = DEFAULT_GALLERY,
): string | null {
  const name = gallery?.[0] ?? defaultGallery;
  if (name === NO_GALLERY) return null;
  return parseAs(galleryNameSchema, name, { what: "The parameter gallery", code: "request_invalid" });
}

function flag(
  parameters: Readonly<Record<string, readonly string[]>>,
  name: "annotate" | "embeddings" | "crops" | "keepDoubtful" | "anyAngle" | "smallFaces",
  otherwise: boolean,
): boolean {
  switch (parameters[name]?.[0]) {
    case undefined:
      return otherwise;
    case "true":
      return true;
    case "false":
      return false;
    default:
      throw invalid(`The parameter ${name} must be true or false.`);
  }
}

function invalid(sentence: string): DmlError {
  return new DmlError("request_invalid", sentence);
}
