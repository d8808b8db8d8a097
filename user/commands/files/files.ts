import type { FileCommand } from "../../cli/files/file_commands.ts";
import { runCp } from "./cp.ts";
import type { FilesContext } from "./files_context.ts";
import { runLs } from "./ls.ts";
import { runRm } from "./rm.ts";

/** Copies, lists or removes files of nodes. Returns the exit code. */
export async function runFiles(command: FileCommand, context: FilesContext): Promise<number> {
  switch (command.verb) {
    case "cp":
      return await runCp(command, context);
    case "ls":
      return await runLs(command, context);
    case "rm":
      return await runRm(command, context);
  }
}
