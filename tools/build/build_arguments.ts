import { parseArgs } from "node:util";
import { type Target, targetOf, TARGETS } from "./targets.ts";

/** What `deno task build` was asked for. */
export interface BuildOrder {
  readonly targets: readonly Target[];
  /** Whether the one target is this host because none was named. */
  readonly isForThisHost: boolean;
  /** Null: the first that works. */
  readonly way: "compile" | "portable" | null;
  readonly outputDirectory: string;
  /** Whether the files of optional models go in. */
  readonly optional: boolean;
}

/** The order that `argv` gives on `host`. Throws when it cannot be carried out. */
export function parseArguments(
  argv: readonly string[],
  host: { readonly os: string; readonly arch: string },
): BuildOrder {
  const text = { type: "string" } as const;
  const options = { target: text, way: text, out: text, optional: { type: "boolean" } } as const;
  const { target, way, out, optional } = parseArgs({ args: [...argv], options }).values;
  if (way !== undefined && way !== "compile" && way !== "portable") {
    throw new Error(`There is no way ${way}: compile or portable.`);
  }
  return {
    targets: targetsNamed(target, host),
    isForThisHost: target === undefined,
    way: way ?? null,
    outputDirectory: out ?? "dist",
    optional: optional ?? false,
  };
}

function targetsNamed(
  name: string | undefined,
  host: { readonly os: string; readonly arch: string },
): readonly Target[] {
  if (name === "all") return TARGETS;
  const target = name === undefined ? targetOf(host) : TARGETS.find((candidate) => candidate.name === name);
  if (target !== undefined) return [target];
  const names = TARGETS.map((known) => known.name).join(", ");
  throw new Error(`There is no target ${name ?? `for ${host.os} on ${host.arch}`}: all, or one of ${names}.`);
}
