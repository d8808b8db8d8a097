import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { InvocationFacts } from "./process_facts.ts";

/**
 * Collects facts about the start of this process. `entry` is its main module; a packed program has
 * all its files beside it.
 */
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
