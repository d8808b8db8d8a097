import { GALLERY_NAME_PATTERN, NO_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { type MasterChoice, masterChoiceOf } from "../access/master_choice.ts";
import { refuseRest } from "../arguments.ts";
import type { FlagValues } from "../flag_values.ts";

export interface ExplainCommand extends MasterChoice {
  readonly verb: "explain";
  readonly model: string;
  /** Gallery that the picture is compared with; `null` if with none. */
  readonly gallery: string | null;
  readonly json: boolean;
}

/** Parses the words behind `dml explain`. Throws `usage`. */
export function explainCommand(words: readonly string[], values: FlagValues): ExplainCommand {
  refuseRest("explain", words.slice(1));
  const [model = "faces"] = words;
  const named = values.matching("gallery", { pattern: GALLERY_NAME_PATTERN, form: "the name of a gallery" });
  const gallery = named === NO_GALLERY ? null : named;
  return { verb: "explain", ...masterChoiceOf(values), model, gallery, json: values.isOn("json") };
}
