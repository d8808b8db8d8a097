import { MASTER_FLAGS } from "../access/master_flags.ts";
import type { FlagName } from "../flags.ts";
import type { Verb } from "../verb.ts";

export const EXPLAIN_VERB = {
  usage: "[MODEL]",
  summary: "Tell which node the next picture of a model would go to, and why not to the others.",
  details: [
    "The nodes that can take a picture come first, the one that would answer soonest on top; `expected` is the time until then, with the pictures that it already has. Of the others it says why not.",
    '--json prints {"model", "gallery", "waiting", "nodes": [{"nodeId", "name", "obstacle", "reason", "workers", "held", "serviceMs", "expectedMs"}]}.',
  ],
  flags: [...MASTER_FLAGS, "gallery", "json"] as const satisfies readonly FlagName[],
  flagTexts: {
    gallery: { description: "The gallery of people that the picture would be compared with.", fallback: "none" },
  },
  examples: [
    ["dml explain", "the model faces"],
    ["dml explain yolo@2", "one version of another model"],
  ],
} as const satisfies Verb;
