import { LIMITS } from "../../../protocol/kernel/limits.ts";
import type { Flag } from "../flag.ts";

/** Nodes on which `dml exec` runs a program at once, unless --parallel says otherwise. */
export const DEFAULT_PARALLEL = 8;
export const DEFAULT_TIMEOUT_MS = 60_000;

/** Flags about programs on nodes. */
export const EXEC_FLAGS = {
  "allow-exec": {
    argument: "NAME=/PATH[,...]",
    repeats: true,
    environment: "DML_ALLOW_EXEC",
    fallback: "none",
    description:
      "Programs that an admin of the master may run on this host as this account, with any arguments. See docs/exec.md before you use it.",
  },
  parallel: {
    argument: "N",
    fallback: `${DEFAULT_PARALLEL}`,
    description: `Nodes on which the program runs at once, at most ${LIMITS.execParallelMax}.`,
  },
  timeout: {
    argument: "TIME",
    fallback: `${DEFAULT_TIMEOUT_MS / 1_000}s`,
    description: "How long the program may run on a node, such as 90s or 2h; then it is ended.",
  },
} as const satisfies Record<string, Flag>;
