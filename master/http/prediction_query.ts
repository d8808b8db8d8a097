import { DEFAULT_GALLERY, NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { galleryNameSchema, parseAs } from "../../protocol/schema.ts";

/** What a user asks of a picture. */
export interface PredictionQuery {
  readonly model: string;
  readonly annotate: boolean;
  readonly embeddings: boolean;
  /** Null for nobody's faces. */
  readonly gallery: string | null;
  readonly crops: boolean;
}

const NAMES: readonly string[] = ["model", "annotate", "embeddings", "gallery", "crops"];
const DEFAULT_MODEL = "faces";

/**
 * The query of a prediction. Everything may be left out: `model` is then `faces`, `annotate` whether the annotated
 * picture is what is wanted, `embeddings` and `crops` false, `gallery` the default one (`none` for nobody's). Throws `request_invalid` naming the parameter.
 */
export function predictionQuery(
  parameters: Readonly<Record<string, readonly string[]>>,
  options: { wantsPicture: boolean },
): PredictionQuery {
  for (const name in parameters) {
    if (!NAMES.includes(name)) {
      throw invalid(`There is no parameter ${JSON.stringify(name.slice(0, 64))}; there are ${NAMES.join(", ")}.`);
    }
    if (parameters[name].length > 1) throw invalid(`The parameter ${name} was given more than once.`);
  }
  const annotate = flag(parameters, "annotate", options.wantsPicture);
  if (options.wantsPicture && !annotate) {
    throw invalid("With annotate=false there is no picture to answer with.");
  }
  return {
    model: parameters.model?.[0] ?? DEFAULT_MODEL,
    annotate,
    embeddings: flag(parameters, "embeddings", false),
    gallery: galleryOf(parameters),
    crops: flag(parameters, "crops", false),
  };
}

function galleryOf({ gallery }: Readonly<Record<string, readonly string[]>>): string | null {
  const name = gallery?.[0] ?? DEFAULT_GALLERY;
  if (name === NO_GALLERY) return null;
  return parseAs(galleryNameSchema, name, { what: "The parameter gallery", code: "request_invalid" });
}

function flag(
  parameters: Readonly<Record<string, readonly string[]>>,
  name: "annotate" | "embeddings" | "crops",
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
