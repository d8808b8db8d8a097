import { MASTER_FLAGS } from "../access/master_flags.ts";
import type { Verb } from "../verb.ts";

export const STATUS_VERB = {
  usage: "",
  summary: "Show how the cluster is doing: nodes, pictures, times, and what needs attention.",
  details: [
    "Figures of pictures are those since the master was started; the rate is that of the last minute, the times are medians of the newest 512 answers. On the master's host it finds the master and the token by itself. Needs the admin token elsewhere.",
    "--json prints one object; the milliseconds in it end in Ms.",
  ],
  flags: [...MASTER_FLAGS, "json"],
  examples: [
    ["dml status", "one look"],
    ["dml status --json", "for a program"],
  ],
} as const satisfies Verb;
