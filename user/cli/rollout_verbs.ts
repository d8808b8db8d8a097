import type { FlagName } from "./flags.ts";
import type { SubVerbs } from "./sub_verbs.ts";

const AT_MASTER = ["master", "token"] as const satisfies readonly FlagName[];

/** Sub-verbs of `dml models` about versions, in the order of the help. */
export const ROLLOUT_VERBS = {
  rollout: {
    usage: "NAME@VERSION",
    summary: "Let a version take over, step by step, and take it back by itself when it is worse.",
    details: [
      "The nodes fetch it, verify it and warm it up; it looks at its own test pictures; then a share of the pictures for the latest version goes to it. A picture that fails on it is answered by the old version, so no request fails.",
      "It becomes the latest version when enough nodes are ready and enough canary pictures were answered; it is rolled back when more than --max-error of them failed, when its answers differ from those of the old version, or when it is slower than --max-slowdown allows.",
      "Follows the rollout until it ends, exit code 0 when it was promoted and 1 when it was rolled back; --no-wait only begins it. NAME alone shows the versions and what was rolled out.",
    ],
    flags: [
      ...AT_MASTER,
      "canary",
      "max-error",
      "max-slowdown",
      "compare",
      "min-nodes",
      "canary-tasks",
      "within",
      "wait",
      "json",
      "progress",
    ],
    examples: [
      ["dml models rollout faces@2 --canary 20% --max-error 1% --compare", "a fifth of the pictures first"],
      ["dml models rollout faces@2 --canary 0", "as soon as the nodes are ready"],
      ["dml models rollout faces", "which version is the latest, and how it came to that"],
    ],
  },
  rollback: {
    usage: "NAME",
    summary: "Go back to the version before, or end a rollout that runs.",
    details: ["The nodes still hold the version before, so this takes no time."],
    flags: [...AT_MASTER, "json"],
    examples: [["dml models rollback faces", "the version that was the latest before"]],
  },
  pin: {
    usage: "NAME@VERSION",
    summary: "Hold a version on every node that can, whatever else is the latest.",
    details: ["A latest version that is pinned is not replaced by an update that comes with dml. --off ends it."],
    flags: [...AT_MASTER, "off", "json"],
    examples: [["dml models pin faces@1", "keep it at hand"], ["dml models pin faces@1 --off", "no longer"]],
  },
  remove: {
    usage: "NAME@VERSION|NAME",
    summary: "Do not serve a version, or a whole model of yours, any more.",
    details: [
      "Refused while something needs it: it is the latest, pinned, in a rollout, or asked of pictures.",
      "NAME alone removes a model of yours of which only the latest version is left. One that comes with dml stays, and comes back when its name has no version; anything else comes back when it is added or pushed again.",
    ],
    flags: [...AT_MASTER, "json"],
    examples: [
      ["dml models remove faces@1", "its files go with `dml models gc`"],
      ["dml models remove yolo", "all that is left of it"],
    ],
  },
  gc: {
    usage: "",
    summary: "Delete the files of removed versions that no other version needs.",
    details: [],
    flags: [...AT_MASTER, "json"],
    examples: [["dml models gc", "says how much that was"]],
  },
} as const satisfies SubVerbs;

export type RolloutVerbName = keyof typeof ROLLOUT_VERBS;
