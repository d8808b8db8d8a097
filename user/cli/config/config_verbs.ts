import type { FlagName } from "../flags.ts";
import type { SubVerbs } from "../sub_verbs.ts";

/** Sub-verbs of `dml config`. */
export const CONFIG_VERBS = {
  show: {
    usage: "[VERB]",
    summary: "Show the value of each setting, and where it comes from.",
    details: [
      "A value comes from the flag, else from the variable, else from the file: its table for the verb, such as [join], before the keys for all verbs. Contexts of `dml login` come after that. Secrets are not shown.",
      'With --json each line is {"key", "value", "source"}; "value" is null if the default holds or the value is secret.',
    ],
    flags: ["home", "json"] as const satisfies readonly FlagName[],
    examples: [
      ["dml config show", "every setting"],
      ["dml config show join", "what a node would be started with"],
    ],
  },
} as const satisfies SubVerbs;
