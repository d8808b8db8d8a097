import { DmlError } from "../../../protocol/kernel/errors.ts";
import { KEPT_LEVELS, type KeptLevel } from "../../../protocol/kernel/logs/log_record.ts";
import type { FlagValues } from "../flag_values.ts";
import { type MasterChoice, masterChoiceOf } from "../access/master_choice.ts";
import { DEFAULT_TAIL, TAIL_MAX } from "./logs_flags.ts";
import { LOG_FORMS } from "./logs_verb.ts";

export interface LogsCommand extends MasterChoice {
  readonly verb: "logs";
  /** True to go on with new lines until the command is stopped. */
  readonly follows: boolean;
  /** Name or id of a node, or `master`; `null` for all of them. */
  readonly node: string | null;
  /** Age of the oldest line in milliseconds; `null` for any age. */
  readonly sinceMs: number | null;
  readonly level: KeptLevel;
  /** Largest number of lines from the past; `null` for all. */
  readonly tail: number | null;
  readonly json: boolean;
}

/** Largest age that can be asked for: ten years. */
const SINCE_MS_MAX = 3_650 * 86_400_000;

/** Parses the flags of `dml logs`. Throws `usage`. */
export function logsCommand(values: FlagValues): LogsCommand {
  const sinceMs = values.durationMs("since", { max: SINCE_MS_MAX });
  const tail = values.matching("tail", { pattern: /^\d{1,7}$/, form: `a whole number from 0 to ${TAIL_MAX}` });
  if (tail !== null && Number(tail) > TAIL_MAX) {
    throw new DmlError("usage", `--tail must be a whole number from 0 to ${TAIL_MAX}, not ${JSON.stringify(tail)}.`);
  }
  const form = formOf(values);
  return {
    verb: "logs",
    ...masterChoiceOf(values),
    follows: values.toggle("follow") ?? false,
    node: values.text("node"),
    sinceMs,
    level: values.choice("level", KEPT_LEVELS) ?? "info",
    tail: tail !== null ? Number(tail) : sinceMs === null ? DEFAULT_TAIL : null,
    json: form === "json" || (values.toggle("json") ?? false),
  };
}

/** Returns the form that `--out` names on the line itself; elsewhere it is a directory. */
function formOf({ given }: FlagValues): (typeof LOG_FORMS)[number] | null {
  const text = given.get("out");
  if (text === undefined) return null;
  const form = LOG_FORMS.find((candidate) => candidate === text);
  if (form !== undefined) return form;
  throw new DmlError("usage", `--out must be one of ${LOG_FORMS.join(", ")}, not ${JSON.stringify(text)}.`);
}
