import type { Flag } from "../flag.ts";

/** Flags about tokens, contexts and the audit. */
export const ACCESS_FLAGS = {
  "token-file": {
    argument: "FILE",
    environment: "DML_TOKEN_FILE",
    description: "The file whose first line is the access token, - for standard input; it precedes --token.",
  },
  context: {
    argument: "NAME",
    environment: "DML_CONTEXT",
    fallback: "the one of the last `dml login` or `dml context use`",
    description: "The context that says which master and token to use; none for no context.",
  },
  role: {
    argument: "ROLE",
    fallback: "user",
    choices: ["user", "people", "node", "admin", "metrics"],
    description: "The role of the token: what its holder may do.",
  },
  ttl: {
    argument: "TIME",
    fallback: "for ever, until it is revoked",
    description: "Time for which the token is valid, such as 30m, 24h or 90d.",
  },
  uses: {
    argument: "N",
    fallback: "any number",
    description: "Nodes that the token lets in; for the role node only.",
  },
  "for-plain": {
    description:
      "Make a token for the port of `dml serve --plain`, which is valid there alone; for the roles user and people.",
  },
  bundle: {
    argument: "FILE",
    description:
      "Write the results to a file that you can send to a stranger: without tokens, keys, addresses and names.",
  },
  since: {
    argument: "TIME",
    fallback: "24h",
    description: "How far to go back, such as 30m, 24h or 90d.",
  },
} as const satisfies Record<string, Flag>;
