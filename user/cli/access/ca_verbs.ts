import type { FlagName } from "../flags.ts";
import type { SubVerbs } from "../sub_verbs.ts";
import { MASTER_FLAGS } from "./master_flags.ts";

/** Sub-verbs of `dml ca`. */
export const CA_VERBS = {
  export: {
    usage: "[FILE]",
    summary: "Write the certificate of the master's authority (PEM) to a file, or to standard output.",
    details: [
      "Whoever trusts it trusts every certificate that this master makes. It is public; its key stays with the master. What it is compared with is the end of the token, or the certificate in the context: no answer of the network is taken on trust.",
    ],
    flags: [...MASTER_FLAGS, "home"] as const satisfies readonly FlagName[],
    examples: [
      ["dml ca export dml-ca.pem", "then `curl --cacert dml-ca.pem`"],
      ["dml ca export", "to standard output"],
    ],
  },
} as const satisfies SubVerbs;

export type CaVerb = keyof typeof CA_VERBS;
