/**
 * `deno task bench [NAME…]`: measures the figures of `docs/benchmarks.md`, each with its bare floor
 * from the same run on the same machine. Exits with 1 if a bound is missed. Run nothing else
 * meanwhile.
 */
import { fileURLToPath } from "node:url";
import { allocatorEnvironmentOf } from "../user/process/allocator_environment.ts";
import { V8_FLAGS } from "../user/process/v8_flags.ts";
import { MEASURED_AS, type MeasureName } from "./bench/measure_names.ts";

const MEASURE = fileURLToPath(new URL("./bench/measure.ts", import.meta.url));

if (import.meta.main) {
  for (const name of Deno.args.length > 0 ? Deno.args : Object.keys(MEASURED_AS)) {
    if (!isMeasure(name)) {
      throw new Error(`There is no measure ${name}; the measures are ${Object.keys(MEASURED_AS).join(", ")}.`);
    }
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", `--v8-flags=${V8_FLAGS}`, "-A", MEASURE, name],
      env: allocatorEnvironmentOf(MEASURED_AS[name]),
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    if (!success) Deno.exitCode = 1;
  }
}

function isMeasure(name: string): name is MeasureName {
  return Object.hasOwn(MEASURED_AS, name);
}
