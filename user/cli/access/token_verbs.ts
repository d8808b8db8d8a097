import type { FlagName } from "../flags.ts";
import { MASTER_FLAGS } from "./master_flags.ts";
import type { SubVerbs } from "../sub_verbs.ts";

const COMMON = [...MASTER_FLAGS, "home", "json"] as const satisfies readonly FlagName[];

/** Sub-verbs of `dml token`, in the order of the help. */
export const TOKEN_VERBS = {
  create: {
    usage: "",
    summary: "Make a token and print it, this once: only its hash is kept.",
    details: [
      "Prints the line to paste on the other host. With --ttl the token expires; with --uses it lets in that many nodes. Nodes that are in stay in.",
    ],
    flags: ["role", "name", "ttl", "uses", "gallery", "for-plain", ...COMMON],
    examples: [
      ["dml token create --role node --ttl 24h --uses 1", "for one node, today"],
      ["dml token create --role people --gallery home --name frigate", "for a program that enrols people"],
      ["dml token create --role metrics --name prometheus", "for a program that reads counts"],
    ],
  },
  list: {
    usage: "",
    summary: "List the tokens: what they are for, until when, and when each was last used.",
    details: [],
    flags: COMMON,
    examples: [["dml token list", "no secret is shown"]],
  },
  revoke: {
    usage: "NAME|ID",
    summary: "Revoke a token: no request is accepted with it from now on.",
    details: ["Nodes that it has let in stay in."],
    flags: COMMON,
    examples: [["dml token revoke frigate", "at once"]],
  },
  rotate: {
    usage: "user|node|admin",
    summary: "Replace one of the three tokens of the first start, and print the new one.",
    details: ["The old one is refused from now on."],
    flags: COMMON,
    examples: [["dml token rotate user", "after somebody has left"]],
  },
  show: {
    usage: "user|node|admin",
    summary: "Print the line to paste with one of the three tokens of the first start.",
    details: [],
    flags: COMMON,
    examples: [["dml token show node", "the `dml join` line, once more"]],
  },
} as const satisfies SubVerbs;

export type TokenVerb = keyof typeof TOKEN_VERBS;
