import { MASTER_FLAGS } from "./access/master_flags.ts";
import type { SubVerbs } from "./sub_verbs.ts";

const AT_MASTER = MASTER_FLAGS;

/** Sub-verbs of `dml models` about versions, in the order of the help. */
export const ROLLOUT_VERBS = {
  rollout: {
    usage: "NAME@VERSION",
    summary: "Roll a version out step by step, and roll it back automatically if it is worse.",
    details: [
      "The nodes fetch it, verify it and warm it up; it runs its own test images; then it gets a share of the pictures for the latest version. A picture that fails on it is answered by the old version, so no request fails.",
      "It becomes the latest version when enough nodes are ready and enough canary pictures were answered; it is rolled back when more than --max-error of them failed, when its answers differ from those of the old version, or when it is slower than --max-slowdown allows.",
      "Waits for the end of the rollout; the exit code is 0 if it was promoted and 1 if it was rolled back. --no-wait only begins it. NAME alone shows the versions and past rollouts.",
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
      ["dml models rollout faces", "which version is the latest, and past rollouts"],
    ],
  },
  rollback: {
    usage: "NAME",
    summary: "Go back to the previous version, or end a running rollout.",
    details: ["The nodes still hold the previous version, so this takes no time."],
    flags: [...AT_MASTER, "json"],
    examples: [["dml models rollback faces", "back to the previous version"]],
  },
  pin: {
    usage: "NAME@VERSION",
    summary: "Keep a version on every capable node, whichever version is the latest.",
    details: [
      "If the latest version is pinned, an update that comes with dml does not replace it. --off removes the pin.",
    ],
    flags: [...AT_MASTER, "off", "json"],
    examples: [["dml models pin faces@1", "keep it ready"], ["dml models pin faces@1 --off", "remove the pin"]],
  },
  remove: {
    usage: "NAME@VERSION|NAME",
    summary: "Stop serving a version, or a whole model of yours.",
    details: [
      "Refused while the version is in use: it is the latest, pinned, in a rollout, or requested for pictures.",
      "NAME alone removes a model of yours that has only its latest version left. A model that comes with dml stays, and returns if its name has no version; any other returns when it is added or pushed again.",
    ],
    flags: [...AT_MASTER, "yes", "json"],
    examples: [
      ["dml models remove faces@1", "`dml models gc` then deletes its files"],
      ["dml models remove yolo", "the whole model"],
    ],
  },
  gc: {
    usage: "",
    summary: "Delete the files of removed versions that no other version needs.",
    details: [],
    flags: [...AT_MASTER, "json"],
    examples: [["dml models gc", "prints how much was deleted"]],
  },
} as const satisfies SubVerbs;

export type RolloutVerbName = keyof typeof ROLLOUT_VERBS;
