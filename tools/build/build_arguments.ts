import { parseArgs } from "node:util";
import { type Target, targetOf, TARGETS } from "./targets.ts";

/** Parsed arguments of `deno task build`. */
export interface BuildOrder {
  readonly targets: readonly Target[];
  /** True if the target is this host because none was named. */
  readonly isForThisHost: boolean;
  /** `null` if the first way that works is to be taken. */
  readonly way: "compile" | "portable" | null;
  readonly outputDirectory: string;
  /** True if the files of optional models are included. */
  readonly optional: boolean;
}

/**
 * Parses `argv` as given on `host`. Throws if an argument is invalid or there is no such target.
 */
export function parseArguments(
  argv: readonly string[],
  host: { readonly os: string; readonly arch: string },
): BuildOrder {
  const text = { type: "string" } as const;
  const options = { target: text, way: text, out: text, optional: { type: "boolean" } } as const;
  const { target, way, out, optional } = parseArgs({ args: [...argv], options }).values;
  if (way !== undefined && way !== "compile" && way !== "portable") {
    throw new Error(`There is no way to build called ${way}; use compile or portable.`);
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
  throw new Error(`There is no target ${name ?? `for ${host.os} on ${host.arch}`}; use all, or one of ${names}.`);
}
