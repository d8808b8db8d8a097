import { isWithin, linkedPaths } from "../../protocol/host/program_path.ts";
import type { AllowedProgram } from "../../protocol/messages/allowed_program.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";

const EXECUTABLE_BITS = 0o111;

/**
 * Checks the programs that a node is about to allow. Throws `usage` for one that is no executable
 * file, and for one that is, or leads over a link, below one of `writableDirectories`: the node
 * could then be made to write what it runs.
 */
export async function checkPrograms(
  programs: readonly AllowedProgram[],
  { writableDirectories }: { writableDirectories: readonly string[] },
): Promise<void> {
  const directories = [
    ...writableDirectories,
    ...await Promise.all(writableDirectories.map((directory) => Deno.realPath(directory))),
  ];
  for (const program of programs) {
    const paths = [...linkedPaths(program.path), await fileOf(program)];
    const directory = directories.find((one) => paths.some((path) => isWithin(path, one)));
    if (directory === undefined) continue;
    throw new DmlError(
      "usage",
      `--allow-exec ${program.name}=${program.path}: the node may write to ${directory}, so nothing in it may be run.`,
      { advice: "Name a program in a directory that the node cannot write, such as /usr/bin." },
    );
  }
}

/** Returns the path of the file itself, behind all links. Throws `usage` if it cannot be run. */
async function fileOf({ name, path }: AllowedProgram): Promise<string> {
  const refusal = (why: string, cause?: unknown) =>
    new DmlError("usage", `--allow-exec ${name}=${path}: ${why}.`, { cause, advice: "Name an executable file." });
  try {
    const { isFile, mode } = await Deno.stat(path);
    if (!isFile) throw refusal("it is no file");
    if (mode !== null && (mode & EXECUTABLE_BITS) === 0) throw refusal("it is not executable");
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof DmlError) throw error;
    throw refusal(error instanceof Deno.errors.NotFound ? "there is no such file" : "it cannot be read", error);
  }
}
