import { isWithin, linkedPaths } from "../../protocol/host/program_path.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import type { AllowedProgram } from "../../protocol/messages/allowed_program.ts";
import { KEEPER } from "./engine_command.ts";

const EXECUTABLE_BITS = 0o111;

/**
 * Checks the programs that a node is about to allow. Throws `usage` for one that is no executable
 * file, and for one that is, or leads over a link, below one of `writableDirectories`: the node
 * could then be made to write what it runs.
 */
export function checkPrograms(
  programs: readonly AllowedProgram[],
  { writableDirectories }: { writableDirectories: readonly string[] },
): void {
  const directories = writableDirectories.flatMap((directory) => [directory, realPathOf(directory)]);
  for (const program of programs) {
    const paths = [...linkedPaths(program.path), fileOf(program)];
    const directory = directories.find((one) => paths.some((path) => isWithin(path, one)));
    if (directory === undefined) continue;
    throw new DmlError(
      "usage",
      `--allow-exec ${program.name}=${program.path}: the node may write to ${directory}, so nothing in it may be run.`,
      { advice: "Name a program in a directory that the node cannot write, such as /usr/bin." },
    );
  }
}

/**
 * Checks that Deno lets this process start the programs. Throws `usage` if it was started without
 * that, as from the sources.
 */
export function requireRunPermission(programs: readonly AllowedProgram[]): void {
  const paths = programs.map(({ path }) => path);
  const missing = paths.filter((command) => Deno.permissions.querySync({ name: "run", command }).state !== "granted");
  if (missing.length === 0) return;
  throw new DmlError("usage", `This dml was started without the permission to run ${missing.join(" and ")}.`, {
    advice: `Start the dml executable, or Deno with --allow-run=${[KEEPER, ...paths].join(",")}.`,
  });
}

/** Returns the path of a directory behind all links; as it is if there is no such directory yet. */
function realPathOf(directory: string): string {
  try {
    return Deno.realPathSync(directory);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return directory;
    throw error;
  }
}

/** Returns the path of the file itself, behind all links. Throws `usage` if it cannot be run. */
function fileOf({ name, path }: AllowedProgram): string {
  const refusal = (why: string, cause?: unknown) =>
    new DmlError("usage", `--allow-exec ${name}=${path}: ${why}.`, { cause, advice: "Name an executable file." });
  try {
    const { isFile, mode } = Deno.statSync(path);
    if (!isFile) throw refusal("it is no file");
    if (mode !== null && (mode & EXECUTABLE_BITS) === 0) throw refusal("it is not executable");
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof DmlError) throw error;
    throw refusal(error instanceof Deno.errors.NotFound ? "there is no such file" : "it cannot be read", error);
  }
}
