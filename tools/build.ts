/** `deno task build`: one file that is dml, for this host or for every one. */
import { buildProgram } from "./build/program.ts";
import { portableExecutable } from "./build/portable.ts";
import { targetOf } from "./build/targets.ts";
const ROOT = new URL("../", import.meta.url);
const target = targetOf(Deno.build)!;
const bytes = await portableExecutable(ROOT, await buildProgram(ROOT), target);
await Deno.mkdir("dist", { recursive: true });
await Deno.writeFile("dist/dml", bytes, { mode: 0o755 });
await Deno.chmod("dist/dml", 0o755);
console.log(bytes.length);
