/**
 * The program that the portable executable of a POSIX host runs first. It prints the shell code
 * that starts Deno for this command line.
 */
import { shellWord, startOf } from "../start_flags.ts";

const { flags, environment, upgrade } = await startOf(Deno.args, {
  os: Deno.build.os,
  currentDirectory: Deno.cwd(),
  programDirectory: import.meta.dirname!,
  variable: (name) => Deno.env.get(name),
});
const assignments = Object.entries(environment).map(([name, value]) => `export ${name}=${shellWord(value)};`);
const start = ["dml", ...flags.map(shellWord), '"$here/main.js" "$@"'].join(" ");
const line = upgrade === null
  ? start
  : `own() { ${start}; }; supervise ${shellWord(upgrade.directory)} ${upgrade.withinMs} "$@"`;
console.log([...assignments, line].join(" "));
