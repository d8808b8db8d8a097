/** Switches of Deno that the code needs, as in `deno.json`. */
export const UNSTABLE_FLAGS = ["--unstable-worker-options", "--unstable-raw-imports", "--unstable-no-legacy-abort"];

/** The program is all there is: nothing is asked, looked for or fetched. */
export const ISOLATION_FLAGS = [
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
];
