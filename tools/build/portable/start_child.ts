/** Starts Deno for this command line as a child and ends as it ends: for Windows, where a process cannot become another one. */
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
  args: ["run", ...flags, `${programDirectory}/main.js`, ...Deno.args],
  env: environment,
}).spawn();
Deno.exit((await child.status).code);
