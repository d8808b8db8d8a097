import { MASTER_FLAGS } from "../access/master_flags.ts";
import type { Verb } from "../verb.ts";

export const LOG_FORMS = ["text", "json"] as const;

export const LOGS_VERB = {
  usage: "",
  summary: "Show the logs of the master and its nodes, or follow them.",
  details: [
    "The master keeps its own log and what its nodes send it, from the level info on; a node that was away sends what it kept meanwhile. Each line begins with its source, in a colour of its own: `master` or the name of a node, with its id if two have the same name.",
    "The times are those of the host that logged. Tokens and other secrets are not in the logs; control characters are escaped.",
    'With --json each line is {"cursor", "timeMs", "level", "nodeId", "source", "message", "fields"}; "nodeId" is null for the master.',
  ],
  flags: [...MASTER_FLAGS, "follow", "node", "since", "level", "tail", "json", "out"],
  flagTexts: {
    since: { description: "Show what was logged within this time: 30s, 10m, 2h, 7d." },
    out: {
      argument: "FORM",
      choices: LOG_FORMS,
      fallback: "text",
      description: "The form of the lines; json is the same as --json.",
    },
  },
  examples: [
    ["dml logs", "the newest 200 lines of the cluster"],
    ["dml logs -f --level warn", "warnings and errors as they come"],
    ["dml logs --node attic --since 10m", "one node in the last ten minutes"],
    ["dml logs --since 1d -o json", "for a program"],
  ],
} as const satisfies Verb;
