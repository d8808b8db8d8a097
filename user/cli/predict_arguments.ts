import { DmlError } from "../../protocol/kernel/errors.ts";
import { LIMITS } from "../../protocol/kernel/limits.ts";
import { MODEL_NAME_PATTERN } from "../../protocol/kernel/model_name.ts";
import { DEFAULT_GALLERY, GALLERY_NAME_PATTERN, NO_GALLERY } from "../../protocol/kernel/people_names.ts";
import type { PredictCommand } from "./command.ts";
import type { FlagValues } from "./flag_values.ts";
import { DEFAULT_CONCURRENCY, DEFAULT_MODEL } from "./flags.ts";
import { masterChoiceOf, STANDARD_INPUT } from "./access/master_choice.ts";
import { outageOf } from "./access/outage.ts";

/** Parses the words after `dml predict`, and the flags. Throws `usage`. */
export function predictCommand(rest: readonly string[], values: FlagValues): PredictCommand {
  if (rest.length === 0) {
    throw new DmlError("usage", "`dml predict` needs a picture.", {
      advice: "Name files, directories or globs, or - for standard input.",
    });
  }
  if (rest.indexOf("-") !== rest.lastIndexOf("-")) {
    throw new DmlError("usage", "Standard input (-) was named twice; it holds one picture.");
  }
  const choice = masterChoiceOf(values);
  if (choice.tokenFile === STANDARD_INPUT && rest.includes(STANDARD_INPUT)) {
    throw new DmlError("usage", "Standard input (-) cannot be both the token and a picture.", {
      advice: "Put the token into a file and name that with --token-file.",
    });
  }
  refuseInVain(values);
  return {
    verb: "predict",
    inputs: rest,
    ...choice,
    model: values.matching("model", {
      pattern: MODEL_NAME_PATTERN,
      form: "NAME or NAME@VERSION",
    }) ?? DEFAULT_MODEL,
    out: values.text("out"),
    json: values.isOn("json"),
    annotate: values.isOn("annotate"),
    embeddings: values.isOn("embeddings"),
    gallery: galleryOf(values),
    maxSide: values.count("max-side", LIMITS.imageSideMax),
    anyAngle: values.isOn("any-angle"),
    smallFaces: values.isOn("small-faces"),
    keepDoubtful: values.isOn("keep-doubtful"),
    concurrency: values.count("concurrency", LIMITS.predictConcurrencyMax) ?? DEFAULT_CONCURRENCY,
    ...outageOf(values),
  };
}

/** Throws `usage` for a flag on the line itself that would do nothing. */
function refuseInVain(values: FlagValues): void {
  if (values.isOn("embeddings") && !values.isOn("json")) {
    throw new DmlError("usage", "--embeddings puts numbers into JSON lines; the table has no place for them.", {
      advice: "Add --json.",
    });
  }
  if (!values.isOn("annotate") && values.given.has("out")) {
    throw new DmlError("usage", "With --no-annotate there is nothing to --out for: no picture is written.", {
      advice: "Leave one of the two out: --out DIR goes without --no-annotate.",
    });
  }
  if (!values.isOn("annotate") && values.given.has("max-side")) {
    throw new DmlError("usage", "With --no-annotate there is nothing to --max-side for: no picture is written.", {
      advice: "Leave one of the two out: --max-side N goes without --no-annotate.",
    });
  }
}

function galleryOf(values: FlagValues): string | null {
  const pattern = GALLERY_NAME_PATTERN;
  const name = values.matching("gallery", { pattern, form: "the name of a gallery" }) ?? DEFAULT_GALLERY;
  return name === NO_GALLERY ? null : name;
}
