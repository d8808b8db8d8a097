import type { SubVerbs } from "../sub_verbs.ts";

/** Sub-verbs of `dml context`, in the order of the help. */
export const CONTEXT_VERBS = {
  list: {
    usage: "",
    summary: "List the contexts; a star marks the one that is used.",
    details: [],
    flags: ["json"],
    examples: [["dml context list", "no secret is shown"]],
  },
  use: {
    usage: "NAME|none",
    summary: "Use this context from now on, or none.",
    details: [],
    flags: [],
    examples: [["dml context use home", "from now on"], ["dml context use none", "the master on this machine again"]],
  },
  remove: {
    usage: "NAME",
    summary: "Forget a context and its token.",
    details: ["The token stays valid; `dml token revoke` revokes it."],
    flags: [],
    examples: [["dml context remove home", "on a host that you give away"]],
  },
} as const satisfies SubVerbs;

export type ContextVerb = keyof typeof CONTEXT_VERBS;
