import { LIMITS } from "../../../protocol/kernel/limits.ts";
import { KEPT_LEVELS } from "../../../protocol/kernel/logs/log_record.ts";
import type { Flag } from "../flag.ts";

/** Lines of `dml logs` before the flags say otherwise. */
export const DEFAULT_TAIL = 200;
export const TAIL_MAX = 1_000_000;

/** Flags of `dml logs`. */
export const LOGS_FLAGS = {
  follow: {
    alias: "f",
    description: "Go on printing new lines until Ctrl-C, also when the master restarts.",
  },
  node: {
    argument: "NAME|ID",
    fallback: "the master and all nodes",
    description: "Show only this node, or only the master with `master`.",
  },
  level: {
    argument: "LEVEL",
    fallback: "info",
    choices: KEPT_LEVELS,
    description: "The lowest level to show.",
  },
  tail: {
    argument: "N",
    fallback: `${DEFAULT_TAIL}, or all with --since`,
    description: `Show at most the newest N lines of the ${LIMITS.masterLogBytesMax / 1024 ** 2} MiB that are kept.`,
  },
} as const satisfies Record<string, Flag>;
