/** Unstable features of Deno that the code needs, the same as in `deno.json`. */
export const UNSTABLE_FLAGS = ["--unstable-worker-options", "--unstable-raw-imports", "--unstable-no-legacy-abort"];

/**
 * Flags that make Deno run the program as it is: it prompts for nothing, reads no configuration and
 * fetches nothing.
 */
export const ISOLATION_FLAGS = [
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
];
