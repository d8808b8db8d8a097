import { join } from "node:path";
import { ISOLATION_FLAGS, UNSTABLE_FLAGS } from "../../user/process/deno_flags.ts";
import type { Program } from "./program.ts";
import { START_ENVIRONMENT_NAMES } from "./start_flags.ts";
import type { Target } from "./targets.ts";
import { V8_FLAGS } from "../../user/process/v8_flags.ts";

/** Site of Deno from which `deno compile` downloads the runtime that it embeds code into. */
const DOWNLOADS = "https://dl.deno.land/release";
/** Timeout of a request: a blocked network often does not answer at all. */
const ANSWER_WITHIN_MS = 3_000;

/**
 * Permissions compiled into the executable: the most that any command needs. Each command drops the
 * rest once it is parsed.
 */
const BAKED_PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  `--allow-env=${START_ENVIRONMENT_NAMES.join(",")}`,
  "--allow-sys=hostname,loadavg,networkInterfaces,statfs,systemMemoryInfo",
];

/** Inputs of {@linkcode findRuntime}. */
export interface RuntimeSearch {
  /** Version of Deno. */
  readonly version: string;
  readonly denortBin: string | undefined;
  /** Deno's cache directory. */
  readonly denoDirectory: string;
  readonly isThere: (path: string) => Promise<boolean>;
  /** Resolves with true if `url` can be fetched; takes at most a few seconds. */
  readonly canFetch: (url: string) => Promise<boolean>;
}

/**
 * Determines whether `deno compile` can get its runtime for `target`, and returns where it is or
 * the places that were searched.
 */
export async function findRuntime(
  { triple }: Pick<Target, "triple">,
  search: RuntimeSearch,
): Promise<{ readonly isFound: boolean; readonly where: string }> {
  const { version, denortBin, denoDirectory } = search;
  const archive = `v${version}/denort-${triple}.zip`;
  if (denortBin) return { isFound: await search.isThere(denortBin), where: `DENORT_BIN is ${denortBin}` };
  const cached = join(denoDirectory, "dl/release", archive);
  if (await search.isThere(cached)) return { isFound: true, where: `in Deno's cache` };
  const url = `${DOWNLOADS}/${archive}`;
  if (await search.canFetch(url)) return { isFound: true, where: `from ${url}` };
  return { isFound: false, where: `not in DENORT_BIN, not in Deno's cache, and ${url} cannot be reached` };
}

/** Returns the arguments of `deno` that compile the program in `directory` to `output`. Pure. */
export function compileArguments(
  { triple }: Pick<Target, "triple">,
  { directory, output }: { directory: string; output: string },
): string[] {
  return [
    "compile",
    ...ISOLATION_FLAGS,
    ...UNSTABLE_FLAGS,
    `--v8-flags=${V8_FLAGS}`,
    ...BAKED_PERMISSIONS,
    `--target=${triple}`,
    `--include=${directory}`,
    `--output=${output}`,
    join(directory, "main.js"),
  ];
}

/**
 * Compiles `program` for `target` with `deno compile` and returns the executable. Throws with the
 * message of Deno if it fails.
 */
export async function compiled(program: Program, target: Target): Promise<Uint8Array<ArrayBuffer>> {
  const workshop = await Deno.makeTempDir({ prefix: "dml-compile-" });
  try {
    const directory = join(workshop, "program");
    for (const { path, bytes } of program) {
      await Deno.mkdir(join(directory, path, ".."), { recursive: true });
      await Deno.writeFile(join(directory, path), bytes);
    }
    const output = join(workshop, target.os === "windows" ? "dml.exe" : "dml");
    const command = new Deno.Command(Deno.execPath(), {
      args: compileArguments(target, { directory, output }),
      stdin: "null",
      stderr: "piped",
    });
    const { success, stderr } = await command.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
    await checkIsDml(output, target);
    return await Deno.readFile(output);
  } finally {
    await Deno.remove(workshop, { recursive: true });
  }
}

/**
 * Checks that the executable is dml, if it can run here: with a wrong runtime it would be a
 * different program.
 */
async function checkIsDml(executable: string, { os, arch }: Target): Promise<void> {
  if (os !== Deno.build.os || arch !== Deno.build.arch) return;
  const { stdout } = await new Deno.Command(executable, { args: ["version"], stdin: "null" }).output();
  const said = new TextDecoder().decode(stdout).split("\n")[0];
  if (!said.startsWith("dml ")) throw new Error(`what was compiled says ${JSON.stringify(said)} to \`version\``);
}

/** Returns the search on this machine. */
export function runtimeSearch(denoDirectory: string): RuntimeSearch {
  return {
    version: Deno.version.deno,
    denortBin: Deno.env.get("DENORT_BIN"),
    denoDirectory,
    isThere: (path) => Deno.stat(path).then(() => true, () => false),
    async canFetch(url) {
      try {
        const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
        await answer.body?.cancel();
        return answer.ok;
      } catch {
        return false;
      }
    },
  };
}
