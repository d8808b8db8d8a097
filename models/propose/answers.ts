import { DmlError } from "../../protocol/kernel/errors.ts";
import { isNormalisation, NORMALISATION_NAMES, type NormalisationName } from "./normalisation.ts";
import { type FamilyName, isFamilyName } from "./output_family.ts";

/** The longest side of an input that a person may name, in pixels. */
const SIDE_MAX = 4_096;

/** Facts about an ONNX file that only its user knows; those that were not answered are absent. */
export interface Answers {
  readonly task?: FamilyName;
  readonly size?: { readonly width: number; readonly height: number };
  readonly normalisation?: NormalisationName;
  readonly channels?: "RGB" | "BGR";
}

/** Reads `text` as the answer to the question `key`. Throws `usage`. */
export function answerOf(key: keyof Answers, text: string): Answers {
  const said = text.trim();
  switch (key) {
    case "task":
      if (isFamilyName(said)) return { task: said };
      throw new DmlError("usage", `There is no task ${JSON.stringify(text)}.`);
    case "size": {
      const [, width, height = width] = /^(\d{1,4})(?:x(\d{1,4}))?$/.exec(said) ?? [];
      const size = { width: Number(width), height: Number(height) };
      if (size.width >= 1 && size.height >= 1 && size.width <= SIDE_MAX && size.height <= SIDE_MAX) return { size };
      throw new DmlError("usage", `A size is WIDTHxHEIGHT in pixels, up to ${SIDE_MAX}, not ${JSON.stringify(text)}.`);
    }
    case "normalisation":
      if (isNormalisation(said)) return { normalisation: said };
      throw new DmlError("usage", `The normalisation is one of ${NORMALISATION_NAMES.join(", ")}.`);
    case "channels":
      if (said === "RGB" || said === "BGR") return { channels: said };
      throw new DmlError("usage", "The order of the channels is RGB or BGR.");
  }
}
