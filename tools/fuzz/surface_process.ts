/**
 * Runs the cases of one surface in a process of its own, which a crash may end and a hang may keep:
 * `surface_process.ts NAME SEED CASES`. Writes a line with the seed before each case, and the report
 * as JSON at the end.
 */
import { runCases } from "./run_cases.ts";
import { SURFACES } from "./surfaces.ts";

const [name, seed, cases] = Deno.args;
const surface = SURFACES.find((candidate) => candidate.name === name);
if (surface === undefined) throw new Error(`There is no surface ${name}.`);
const encoder = new TextEncoder();
const write = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));
const report = await runCases(surface, {
  seed: Number(seed),
  cases: Number(cases),
  onCase: (seedOfCase) => write(String(seedOfCase)),
});
write(JSON.stringify(report));
// A case that has left something running must not keep the process.
Deno.exit(0);
