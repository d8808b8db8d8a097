import { type MasterChoice, masterChoiceOf } from "../access/master_choice.ts";
import type { FlagValues } from "../flag_values.ts";

export interface StatusCommand extends MasterChoice {
  readonly verb: "status";
  readonly json: boolean;
}

/** Parses the flags of `dml status`. Throws `usage`. */
export function statusCommand(values: FlagValues): StatusCommand {
  return { verb: "status", ...masterChoiceOf(values), json: values.isOn("json") };
}
