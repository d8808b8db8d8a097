/**
 * Starts Deno for this command line as a child process and exits with its exit code. For Windows,
 * where a process cannot replace itself by another. It may run Deno and nothing else.
 */
import { ISOLATION_FLAGS, UNSTABLE_FLAGS } from "../../../user/process/deno_flags.ts";
import { startOf } from "../start_flags.ts";

const programDirectory = import.meta.dirname!;
const { flags, environment } = await startOf(Deno.args, {
  os: Deno.build.os,
  currentDirectory: Deno.cwd(),
  programDirectory,
  variable: (name) => Deno.env.get(name),
});
// Ctrl-C reaches the child as well, and the child decides how to end.
Deno.addSignalListener("SIGINT", () => {});
const child = new Deno.Command(Deno.execPath(), {
  args: ["run", ...ISOLATION_FLAGS, ...UNSTABLE_FLAGS, ...flags, `${programDirectory}/main.js`, ...Deno.args],
  env: environment,
}).spawn();
Deno.exit((await child.status).code);
