import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { InvocationFacts } from "./process_facts.ts";

/** How this process was started, whose entry is the module at `entry`; a packed program has all its parts beside that. */
export function invocationFactsOf({ entry, isPacked }: { entry: string; isPacked: boolean }): InvocationFacts {
  const own = dirname(fileURLToPath(entry));
  const engine = () => fileURLToPath(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
  return {
    os: Deno.build.os,
    variable: (name) => Deno.env.get(name),
    currentDirectory: Deno.cwd(),
    programPaths: isPacked ? [own] : [own, engine()],
    codePaths: isPacked ? [own] : [],
    executable: Deno.build.standalone ? Deno.execPath() : null,
  };
}
