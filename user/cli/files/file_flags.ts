import type { Flag } from "../flag.ts";

/** Flags about files of nodes. */
export const FILE_FLAGS = {
  files: {
    argument: "DIR",
    fallback: "none",
    description:
      "A directory of this host whose files an admin of the master may list, read, write and remove. See docs/files.md before you use it.",
  },
  recursive: {
    description: "Go down into directories.",
  },
} as const satisfies Record<string, Flag>;
