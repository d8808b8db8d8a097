import { type DmlError, ERRORS } from "../../protocol/kernel/errors.ts";

/**
 * Meaning of every exit code of dml. `protocol/kernel/errors.ts` maps each error to one of them.
 */
export const EXIT_CODES = {
  0: "Everything succeeded; or nothing had failed when the reader of standard output, such as `head`, closed it.",
  1: "Something failed, or its result could not be written; standard error says what, and why. Or a check found something.",
  2: "The command line, or a value in it, is wrong.",
  3: "The cluster could not do it: no master, access denied, no node, too busy, or no usable data directory.",
  70: "A bug in dml.",
  75: "A node left to be started again, as an admin ordered or as a newer dml; the portable executable does that.",
  130: "Stopped by Ctrl-C or SIGTERM.",
} as const satisfies Record<number, string>;

export const EXIT_OK = 0;
export const EXIT_RESTART = 75;
export const EXIT_SOME_FAILED = 1;
export const EXIT_CLUSTER = ERRORS.master_unreachable.exit;
export const EXIT_INTERRUPTED = ERRORS.interrupted.exit;

/**
 * Returns the exit code of a command that tried `tried` things, of which `failures` failed: 0
 * without failures; that of an interruption if one of them is one; their common code if everything
 * failed with the same code; otherwise "some failed".
 */
export function exitCodeOf(failures: readonly DmlError[], options: { tried: number }): number {
  if (failures.length === 0) return EXIT_OK;
  const codes = new Set(failures.map((failure) => failure.kind.exit));
  if (codes.has(EXIT_INTERRUPTED)) return EXIT_INTERRUPTED;
  const [code] = codes;
  return failures.length === options.tried && codes.size === 1 ? code : EXIT_SOME_FAILED;
}
