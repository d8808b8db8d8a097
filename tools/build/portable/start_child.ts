/**
 * Starts Deno for this command line as a child and ends as it ends: for Windows, where a process cannot become another one. It
 * may start Deno and nothing else.
 */
import { ISOLATION_FLAGS, UNSTABLE_FLAGS } from "../deno_flags.ts";
import { startOf } from "../start_flags.ts";

const programDirectory = import.meta.dirname!;
const { flags, environment } = startOf(Deno.args, {
  os: Deno.build.os,
  currentDirectory: Deno.cwd(),
  programDirectory,
  variable: (name) => Deno.env.get(name),
});
// Ctrl-C reaches the child too, and how it ends is for the child to say.
Deno.addSignalListener("SIGINT", () => {});
const child = new Deno.Command(Deno.execPath(), {
  args: ["run", ...ISOLATION_FLAGS, ...UNSTABLE_FLAGS, ...flags, `${programDirectory}/main.js`, ...Deno.args],
  env: environment,
}).spawn();
Deno.exit((await child.status).code);
